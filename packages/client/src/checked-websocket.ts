// The door of `@baro/client/websocket` for development and for Node. See `checked.ts`.

import { checkedOptions } from '@baro/core/protocol'
import { checkedClient } from './client/checked-client.ts'
import type { Client } from './client/client.ts'
import { clientOptionRules } from './client/client-option-rules.ts'
import type { ClientOptions } from './client/create-client.ts'
import { createClient as createUnchecked } from './client/websocket-client.ts'

export * from './websocket.ts'

/**
 * `createClient` of `@baro/client/websocket`.
 *
 * @throws {BaroError} `bad-definition` if an option is unknown, or not what it must be.
 */
export function createClient(options: ClientOptions = {}): Client {
  return checkedClient(createUnchecked(checkedOptions('createClient', options, clientOptionRules)))
}
