import { createWebSocketTransport } from '../transports/websocket.ts'
import type { Client } from './client.ts'
import { type ClientOptions, createClientOver } from './create-client.ts'

/**
 * Makes a client over WebSocket alone: a quarter smaller, for networks that are known to let it through. Nothing is opened
 * until something is subscribed to.
 *
 * @example
 * ```ts
 * import { createClient } from '@baro/client/websocket'
 * const client = createClient({ url: 'https://live.shop.example/baro' })
 * ```
 */
export function createClient(options: ClientOptions = {}): Client {
  return createClientOver(createWebSocketTransport(), options)
}
