import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { createRoomStage, RecordedLog, room, subscribe } from '../../test/fake-client.ts'
import { hubEventNames } from './hub-events.ts'
import { Observation, unobserved } from './observation.ts'

function setUp() {
  const log = new RecordedLog()
  const observation = new Observation({ clock: createFakeClock(), log })
  return { log, observation, observing: observation.observing }
}

describe('while nobody observes', () => {
  test('an event has nobody to be told, so the object that says it is not made', () => {
    const { observing } = setUp()
    let made = 0
    const facts = () => {
      made++
      return { sessions: 1 }
    }
    observing.draining?.(facts())
    unobserved.draining?.(facts())
    expect(made).toBe(0)
  })

  test('of the events of a publication and of its delivery nobody is told by the hub itself', () => {
    // What the journal and the log listen to would cost an object for each publication.
    const heard: string[] = []
    const { observation, observing } = setUp()
    observation.observe({ refused: () => heard.push('refused') })
    expect(['published', 'delivered', 'signalled'].map((name) => observing[name as 'published'])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('an observer', () => {
  test('is told of what it has a function for, with name and time, until it stops', () => {
    const { observation, observing } = setUp()
    const heard: unknown[] = []
    const stop = observation.observe({ gap: (event) => heard.push(event) })
    observing.gap?.({ channel: 'room:1', offset: 3 })
    observing.draining?.({ sessions: 1 })
    stop()
    stop()
    observing.gap?.({ channel: 'room:1', offset: 4 })
    expect(heard).toEqual([{ name: 'gap', atMs: expect.any(Number), channel: 'room:1', offset: 3 }])
    expect(observing.gap).toBeUndefined()
  })

  test('that throws stops neither what it looks at nor the others', () => {
    const { observation, observing, log } = setUp()
    const heard: string[] = []
    observation.observe({
      gap() {
        throw new Error('a fault of the observer')
      },
    })
    observation.observe({ gap: ({ channel }) => heard.push(channel) })
    observing.gap?.({ channel: 'room:1', offset: 3 })
    expect(heard).toEqual(['room:1'])
    expect(log.errors).toEqual([expect.stringContaining('a fault of the observer')])
  })

  test('of an event that does not exist is refused', () => {
    const { hub } = createRoomStage()
    expect(() => hub.observe({ publishd: () => {} } as never)).toThrow('Did you mean')
  })
})

test('observers hear of a session, what it follows, what it gets, and its end', async () => {
  const { connect, hub, clock } = createRoomStage()
  const heard: string[] = []
  hub.observe(
    Object.fromEntries(hubEventNames.map((name) => [name, (event: { name: string }) => heard.push(event.name)])),
  )
  const client = await connect()
  await subscribe(client, 1)
  await hub.publish(room({ id: 1 }), 'message', { text: 'hello' })
  await clock.pass(0)
  client.link.closed(1000, '')
  await clock.pass(0)
  expect(heard).toEqual(['connected', 'subscribed', 'reset', 'published', 'delivered', 'unsubscribed', 'disconnected'])
})
