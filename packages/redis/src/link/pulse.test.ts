import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { keepPulse } from './pulse.ts'

type Event = 'connect' | 'ready' | 'error' | 'end'

/** A client whose server answers when the test says so. */
function setUp() {
  const clock = createFakeClock()
  const listeners: [Event, () => void][] = []
  const did: string[] = []
  const emit = (event: Event) => {
    for (const [name, listener] of listeners) if (name === event) listener()
  }
  let isWanted = true
  const asked: (() => void)[] = []
  const client = {
    isReady: false,
    on: (event: Event, listener: () => void) => listeners.push([event, listener]),
    sendCommand: ([command]: string[]) => {
      did.push(`${command}`)
      return new Promise<void>((resolve) => asked.push(resolve))
    },
    destroy() {
      did.push('destroy')
      emit('end')
    },
    async connect() {
      did.push('connect')
    },
  }
  keepPulse(client, {
    ...{ clock, silenceMs: 3_000, waitMs: () => 50, isWanted: () => isWanted },
    failed: ({ message }) => did.push(message),
  })
  const took = () => did.splice(0)
  return { clock, emit, took, answer: () => asked.shift()?.(), unwant: () => (isWanted = false) }
}

const given = ['destroy', 'No answer has come for 3000 ms.']

test('a connection is asked again and again, and given up where no answer comes', async () => {
  const { clock, emit, took, answer } = setUp()
  emit('connect')
  emit('ready')
  for (let round = 0; round < 5; round++) {
    expect(took()).toEqual(['PING'])
    await clock.pass(2_999)
    answer()
    await clock.pass(1_000)
  }
  expect(took()).toEqual(['PING'])
  await clock.pass(2_999)
  expect(took()).toEqual([])
  await clock.pass(1)
  expect(took()).toEqual(given)
  await clock.pass(50)
  expect(took()).toEqual(['connect'])
})

test('the greeting has the same time', async () => {
  const { clock, emit, took } = setUp()
  emit('connect')
  await clock.pass(3_000)
  expect(took()).toEqual(given)
})

test('a connection that has ended by itself is the business of the library, and one that nobody wants stays ended', async () => {
  const { clock, emit, took, unwant } = setUp()
  emit('ready')
  emit('error')
  await clock.pass(60_000)
  expect(took()).toEqual(['PING'])
  emit('connect')
  await clock.pass(3_000)
  unwant()
  await clock.pass(60_000)
  expect(took()).toEqual(given)
})
