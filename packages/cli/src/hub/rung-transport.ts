/** The rungs of the ladder, each as a client opens it. */
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import type { Clock } from '@baro/core/broker'
import WebSocket from 'ws'

/** The rungs, from the best to the last resort. */
export const rungs = ['websocket', 'sse', 'long-poll', 'poll'] as const

/** One of {@link rungs}. */
export type Rung = (typeof rungs)[number]

/** Opens links by one rung alone. */
export function rungTransport(rung: Rung, clock: Clock): ReturnType<typeof createWebSocketTransport> {
  return rung === 'websocket'
    ? createWebSocketTransport({ WebSocket: WebSocket as never })
    : createHttpTransport(rung, { clock })
}
