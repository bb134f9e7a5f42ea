/**
 * What bursts come to on this machine, printed as a table; nothing is asserted.
 *
 *   npm run bursts
 */
import { createClient, type Transport } from '@baro/client'
import { createHttpTransport, createSharedTransport, createWebSocketTransport } from '@baro/client/transports'
import { systemClock, systemRandomness } from '@baro/core/broker'
import { createHub } from '@baro/server'
import { WebSocket } from 'ws'
import { FakeBrowser } from '../tabs/browser.ts'
import { room } from './rung-stage.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const elapsedMs = () => performance.now()

async function withHub(run: (origin: string) => Promise<string>): Promise<string> {
  const hub = createHub({
    channels: [room],
    log: quiet,
    auth: ({ token }) => (token === undefined ? undefined : { id: token }),
  })
  hub.on(room, { access: 'public', events: { said: ({ payload, publish }) => publish('said', payload) } })
  const listening = await hub.listen(0, '127.0.0.1')
  try {
    return await run(`http://127.0.0.1:${listening.port}`)
  } finally {
    await listening.close()
    await hub.close()
  }
}

/** 2,000 publishes by POST at once. */
function posts(headers: Readonly<Record<string, string>>) {
  return withHub(async (origin) => {
    const beganMs = elapsedMs()
    const statuses = await Promise.all(
      Array.from({ length: 2_000 }, (_, index) =>
        fetch(`${origin}/baro/channels/room:1`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ type: 'said', payload: index }),
        }).then(async (response) => {
          await response.arrayBuffer()
          return response.status
        }),
      ),
    )
    const count = (status: number) => statuses.filter((one) => one === status).length
    return `${count(200)} taken, ${count(429)} refused with 429, in ${secondsSince(beganMs)}`
  })
}

/** Four tabs with 50 channels each, over one link where a browser has room for that. */
function tabs(transport: () => Transport) {
  return withHub(async (origin) => {
    const browser = new FakeBrowser(systemClock)
    const beganMs = elapsedMs()
    const clients = Array.from({ length: 4 }, () => {
      const { locks, BroadcastChannel } = browser.open()
      const parts = { clock: systemClock, randomness: systemRandomness, locks, BroadcastChannel }
      return createClient({
        url: `${origin}/baro`,
        transport: createSharedTransport(transport(), parts),
        log: quiet,
      })
    })
    const all = clients.flatMap((client, tab) =>
      Array.from({ length: 50 }, (_, index) => client.subscribe(room, room({ id: `${tab}-${index}` }))),
    )
    const live = () => all.filter(({ current }) => current.status.state === 'live').length
    while (live() < all.length && elapsedMs() - beganMs < 30_000) await pause()
    const line = `${live()} of ${all.length} channels live after ${secondsSince(beganMs)}`
    for (const client of clients) client.close()
    return line
  })
}

/** 1,000 publishes at once. */
function burst(transport: Transport) {
  return withHub(async (origin) => {
    const client = createClient({ url: `${origin}/baro`, transport, log: quiet })
    const subscription = client.subscribe(room, room({ id: 1 }))
    while (subscription.current.status.state !== 'live') await pause()
    const beganMs = elapsedMs()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1_000 }, (_, index) => subscription.publish('said', index)),
    )
    while (subscription.current.pending.length > 0) await pause()
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length
    const inOrder = subscription.current.state.every((payload, index) => payload === index)
    const line = `${done} taken, ${inOrder ? 'in order' : 'NOT IN ORDER'}, in ${secondsSince(beganMs)}`
    client.close()
    return line
  })
}

const pause = () => new Promise<void>((resolve) => void systemClock.after(20, resolve))
const secondsSince = (beganMs: number) => `${((elapsedMs() - beganMs) / 1_000).toFixed(1)} s`

const rungs: readonly (readonly [string, () => Transport])[] = [
  ['websocket', () => createWebSocketTransport({ WebSocket })],
  ['sse', () => createHttpTransport('sse')],
  ['long-poll', () => createHttpTransport('long-poll')],
  ['poll', () => createHttpTransport('poll')],
]
console.log(`2,000 POSTs at once from one address: ${await posts({})}`)
console.log(`2,000 POSTs at once as one user: ${await posts({ authorization: 'Bearer ada' })}`)
for (const [rung, transport] of rungs) console.log(`four tabs with 50 channels each, ${rung}: ${await tabs(transport)}`)
for (const [rung, transport] of rungs) console.log(`1,000 publishes at once, ${rung}: ${await burst(transport())}`)
