import { type Clock, systemClock, systemRandomness } from '@baro/core/broker'
import { createLadder } from '../ladder/ladder.ts'
import { browserRungMemory } from '../page/rung-memory.ts'
import type { Rung, Transport } from '../ports/transport.ts'
import { createSharedTransport } from '../tabs/shared-transport.ts'
import type { HttpRung } from '../transports/http-link-machine.ts'
import { createLoadedTransport } from '../transports/loaded-transport.ts'
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
  const {
    rungs = ['websocket', 'sse', 'long-poll', 'poll'],
    clock = systemClock,
    randomness = systemRandomness,
  } = options
  const transports = rungs
    // Node 20 has no WebSocket; one that is pinned says so when it is opened.
    .filter((rung) => rung !== 'websocket' || globalThis.WebSocket || !rungs[1])
    .map((rung) => (rung === 'websocket' ? createWebSocketTransport() : overHttp(rung, clock)))
  const ladder = createLadder({ transports, clock, memory: browserRungMemory(clock) })
  return createClientOver(createSharedTransport(ladder, { clock, randomness }), options)
}

/** Most networks let WebSocket through: their pages never load the code of the other rungs. */
function overHttp(rung: HttpRung, clock: Clock): Transport {
  return createLoadedTransport(rung, async () => {
    const { createHttpTransport } = await import('../transports/http.ts')
    return createHttpTransport(rung, { clock })
  })
}
