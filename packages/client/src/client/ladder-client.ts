import { systemClock, systemRandomness } from '@baro/core/broker'
import { createLateLadder } from '../ladder/late-ladder.ts'
import { browserRungMemory } from '../page/rung-memory.ts'
import type { Rung, Transport } from '../ports/transport.ts'
import { createSharedTransport } from '../tabs/shared-transport.ts'
import { createWebSocketTransport } from '../transports/websocket.ts'
import type { Client } from './client.ts'
import { type ClientOptions, createClientOver } from './create-client.ts'

/** What `createClient` takes. */
export interface LadderClientOptions extends ClientOptions {
  /**
   * The transports to choose from, from the best to the last resort; one alone pins it. Default: WebSocket, SSE, long
   * polling, polling.
   */
  readonly rungs?: readonly [Rung, ...Rung[]]
}

/**
 * Makes the transport that `createClient` takes if it is given none. To see what passes, put one of your own around it.
 *
 * @example
 * ```ts
 * const usual = createUsualTransport({})
 * const open: Transport['open'] = (url, events) =>
 *   usual.open(url, { ...events, received: (message) => events.received((console.log(message), message)) })
 * const client = createClient({ transport: { rung: usual.rung, open } })
 * ```
 */
export function createUsualTransport({
  rungs = ['websocket', 'sse', 'long-poll', 'poll'],
  clock = systemClock,
  randomness = systemRandomness,
}: LadderClientOptions): Transport {
  // Node 20 has no WebSocket; one that is pinned says so when it is opened.
  const usable = rungs.filter((rung) => rung !== 'websocket' || globalThis.WebSocket || !rungs[1])
  const rung = usable[0] as Rung
  const parts = { clock, memory: browserRungMemory(clock) }
  const ladder = createLateLadder({
    ...parts,
    rung,
    top: rung === 'websocket' ? createWebSocketTransport() : undefined,
    load: async () => (await import('./whole-ladder.ts')).createWholeLadder(usable, parts),
  })
  return createSharedTransport(ladder, { clock, randomness })
}

/**
 * Makes a client that finds the best transport its network lets through. Nothing is opened until something is subscribed
 * to.
 *
 * @example
 * ```ts
 * const client = createClient()
 * const subscription = client.subscribe(room, snapshot)
 * subscription.onChange(({ state, status }) => render(state, status))
 * await subscription.publish('message', { text: 'Hello' })
 * ```
 */
export function createClient(options: LadderClientOptions = {}): Client {
  return createClientOver(createUsualTransport(options), options)
}
