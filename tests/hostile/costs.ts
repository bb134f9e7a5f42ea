/**
 * `npm run hostile:costs`: what strangers may ask of a hub, in processor time and in messages. The prices of
 * `packages/server/src/access/prices.ts` stand on it. Nothing is bounded while it is measured.
 */
import { Assault } from './attacks/assault.ts'
import { clientFrame, connectFrame, deflatedFrame, deflateOffer, messageFrame } from './attacks/client-frame.ts'
import { positionOf } from './attacks/position-of.ts'
import type { Beginning } from './attacks/repeat-frames.ts'
import { joinFrame, leaveFrame, supabasePath } from './attacks/supabase.ts'
import { get, post } from './attacks/wire.ts'
import { takePrecedence } from './precedence.ts'
import type { HubFigures, HubOrder } from './processes/hub.ts'
import { startWorker } from './processes/worker.ts'

/** Does something again and again until the assault is over; returns how often. */
type Cost = (assault: Assault) => Promise<number>

const forMs = 1_200
const from = '127.0.0.1'

/** So many of what is written together on one link, as fast as it is read. */
const messages =
  (
    frame: (index: number) => Buffer,
    { path = '/baro/connect', headers = [], first = connectFrame }: Beginning = {},
  ): Cost =>
  async (assault) => {
    let count = 0
    await assault.crowd(1, async (wire) => {
      await wire.upgrade(path, headers)
      await wire.write(first)
      wire.listen()
      while (assault.isOn && wire.isOpen) {
        await wire.write(Buffer.concat(Array.from({ length: 20 }, (_, index) => frame(count + index))))
        count += 20
        // Slowly enough that all of it is read.
        await assault.pause(3)
      }
    })
    return count
  }

/** Requests, one after the other, on connections that are kept. */
const requests =
  (request: (index: number, assault: Assault) => string): Cost =>
  async (assault) => {
    let count = 0
    await assault.crowd(4, async (wire) => {
      for (let asked = 1; assault.isOn && wire.isOpen; asked++) {
        await wire.write(request(count++, assault))
        await wire.answers(asked)
      }
    })
    return count
  }

/** Something on a connection of its own, which is reset then. */
const connections =
  (ask: (wire: Awaited<ReturnType<Assault['open']>>) => Promise<unknown>): Cost =>
  async (assault) => {
    let count = 0
    await assault.crowd(4, async (wire) => {
      await ask(wire)
      count++
    })
    return count
  }

const signal = messageFrame('baro:signal', { channel: 'room:9', type: 'typing', payload: {} })
const subscribe = messageFrame('baro:subscribe', { channel: 'room:9', attempt: 1, version: '1' })
const publish = (index: number) =>
  messageFrame('baro:publish', {
    ...{ id: `p${index}`, channel: 'room:9', type: 'said', payload: { from: 'attacker', n: index } },
    ...{ producer: 't', number: index + 1, confirmed: index },
  })
const connect = (token?: string) => ({
  messages: [{ type: 'baro:connect', payload: { protocol: 1, client: 'an-attacker-0000', ...(token && { token }) } }],
})

const topics: Beginning = { path: supabasePath, first: joinFrame('realtime:room:8') }

const costs: Readonly<Record<string, Cost>> = {
  'warm up': messages(publish),
  'a publish on a link': messages(publish),
  'a signal on a link': messages(() => signal),
  'a message that is none': messages(() => clientFrame('1')),
  'a ping': messages(() => clientFrame('p', { opcode: 'ping' })),
  'GET of a state': requests(() => get('/baro/channels/room:9')),
  'the same, zipped': requests(() => get('/baro/channels/room:9', ['Accept-Encoding: gzip'])),
  'GET of a channel that nobody knows': requests((index) => get(`/baro/channels/room:cost-${index}`)),
  'GET that is refused by its rule': requests(() => get('/baro/channels/desk:1')),
  'POST of a publish': requests((index) =>
    post('/baro/channels/room:9', { type: 'said', payload: { from: 'attacker', n: index } }),
  ),
  'POST connect': requests(() => post('/baro/connect?wait=0', connect())),
  'a connection': connections(async (wire) => wire.isOpen),
  'a connection with a request': connections(async (wire) => {
    await wire.write(get('/baro/health'))
    await wire.answers(1)
  }),
  'an upgrade': connections((wire) => wire.upgrade()),
  'an upgrade, inflating': connections((wire) => wire.upgrade('/baro/connect', [deflateOffer])),
  'a session that follows': connections(async (wire) => {
    await wire.upgrade()
    await wire.write(Buffer.concat([connectFrame, subscribe]))
    await new Promise((resolve) => setTimeout(resolve, 2))
  }),
  'an event stream': connections(async (wire) => {
    await wire.write(get('/baro/channels/room:9?live=sse'))
    await wire.answers(1)
  }),
  'a long poll that is let go': async (assault) => {
    const position = await positionOf(assault.port, 'room:9')
    return connections(async (wire) => {
      await wire.write(get(`/baro/channels/room:9?wait=25&after=${position}`))
      await new Promise((resolve) => setTimeout(resolve, 2))
    })(assault)
  },
  // Who leaves at once has asked for nothing yet: so the topics of the batch before are left.
  'a topic of Supabase': messages((index) => joinFrame(`realtime:room:${index % 20}`), topics),
  'the same, of a channel that nobody knows': messages(
    (index) =>
      Buffer.concat([joinFrame(`realtime:room:cost-${index}`), leaveFrame(`realtime:room:cost-${index - 20}`, index)]),
    topics,
  ),
  'a message of 64 kB that inflates': messages(
    () => deflatedFrame(`{"type":"baro:signal","payload":${JSON.stringify('1,'.repeat(32_000))}}`),
    { headers: [deflateOffer] },
  ),
  'a list of 64 kB of objects': messages(() => clientFrame(`[${'{},'.repeat(21_000)}1]`)),
  'a text of 64 kB': messages(() => clientFrame(JSON.stringify('1,'.repeat(32_000)))),
}

takePrecedence()
const hub = await startWorker<HubOrder, HubFigures>('hub.ts', {
  node: ['--max-old-space-size=1024', '--expose-gc'],
  core: 0,
  args: ['unmetered'],
})
const { port } = await hub.tell({ do: 'rest' })
const names = process.argv.slice(2)
let message = Number.NaN
for (const [what, cost] of Object.entries(costs)) {
  if (names.length > 0 && !names.some((name) => what.includes(name)) && what !== 'a publish on a link') continue
  for (const scale of [0.3, 1]) {
    await hub.tell({ do: 'rest' })
    const assault = new Assault(port, { forMs: forMs * scale, scale: 1, from })
    const count = await cost(assault)
    await assault.ended()
    const { cpuMs } = await hub.tell({ do: 'tell' })
    if (scale < 1) continue
    const each = (1_000 * cpuMs) / count
    if (what === 'a publish on a link') message = each
    console.log(
      what.padEnd(40),
      `${count}`.padStart(7),
      `${each.toFixed(0)} µs`.padStart(9),
      `${(each / message).toFixed(1)}`.padStart(8),
    )
  }
}
hub.kill()
