import { createClient } from '@baro/client'
import { channel, type Schema } from '@baro/core'
import { createHub, createMemoryBroker } from '@baro/server'
import { createFakeClock, createNetwork, createSeededRandomness } from '@baro/testing'
import { expect, test } from 'vitest'

const anything: Schema<string> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as string }) },
}
const room = channel('room:{id}', { events: { note: anything } })
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const seconds = (count: number) => count * 1_000

test.each([
  ['its turn', {}],
  ['its id', { id: 'once-1' }],
])(
  'I5: a publish by %s that was repeated within the window and then held up by the network is appended once',
  async (_, options) => {
    const clock = createFakeClock()
    const randomness = createSeededRandomness('held publish')
    const broker = createMemoryBroker({ clock, randomness })
    const hub = createHub({ channels: [room], broker, clock, randomness, log: quiet, publishWindowMs: seconds(120) })
    hub.on(room, { access: 'public', events: { note: ({ payload, publish }) => publish('note', payload) } })
    const network = createNetwork({ clock, randomness, latencyMs: [20, 40] })
    network.listen('node', hub)
    const client = createClient({
      url: '/baro',
      transport: network.transport('client'),
      backoff: { maxMs: seconds(1) },
      clock,
      randomness,
      log: quiet,
      wake: { listen: () => () => {} },
    })
    const subscription = client.subscribe(room, room({ id: 1 }))
    await clock.pass(seconds(1))

    // The answer to the publish is lost, and the client cannot come back for a long time.
    network.links[0]?.silence(['to-client'])
    const outcome = subscription.publish('note', 'once', options).then(
      ({ id }) => id,
      ({ code }) => code,
    )
    await clock.pass(seconds(1))
    network.part('client', 'node')
    await clock.pass(seconds(90))

    // It comes back shortly before it would give up, and sends again, but that is held up by the network.
    network.join('client', 'node')
    while (client.status.state !== 'live') await clock.pass(10)
    network.part('client', 'node')
    expect(clock.elapsed()).toBeLessThan(seconds(108))
    await clock.pass(seconds(140) - clock.elapsed())
    network.join('client', 'node')
    await clock.pass(seconds(30))

    const { publications } = await broker.read('room:1', { after: 0, limit: 10, bytes: 1_000 })
    expect(publications.map(({ payload }) => payload)).toEqual(['once'])
    // It left the link that was held up, so it may not know what became of what it sent there.
    expect([publications[0]?.id, 'unknown-outcome']).toContain(await outcome)
  },
)
