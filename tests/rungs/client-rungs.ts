import type { Transport } from '@baro/client'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import type { FakeClock } from '@baro/testing'
import { WebSocket } from 'ws'

const overHttp = (rung: 'sse' | 'long-poll' | 'poll') => (clock: FakeClock) => createHttpTransport(rung, { clock })

/** Each rung of the client, on a clock of the test. */
export const clientRungs: readonly (readonly [string, (clock: FakeClock) => Transport])[] = [
  ['websocket', () => createWebSocketTransport({ WebSocket })],
  ['sse', overHttp('sse')],
  ['long-poll', overHttp('long-poll')],
  ['poll', overHttp('poll')],
]
