import { recover } from '@baro/core/broker'
import { assembleHub } from './assemble-hub.ts'
import type { Hub, HubOptions } from './hub.ts'

/**
 * Makes a hub. Nothing is served until it is attached to an HTTP server or listens.
 *
 * @throws {BaroError} `bad-definition` if two channels can match one name, or if an option does not exist or makes no sense.
 *
 * @example
 * ```ts
 * const hub = createHub({ channels: [room] })
 * hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
 * hub.attach(httpServer)
 * ```
 */
export function createHub(options: HubOptions): Hub {
  return assembleHub(options, { recover })
}
