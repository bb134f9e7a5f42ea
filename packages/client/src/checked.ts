// The door of `@baro/client` for development and for Node, where size does not matter: options are checked where they are
// given. What it opens is `index.ts`, the same modules: package.json says who comes by which door.

import { checkedOptions } from '@baro/core/protocol'
import { checkedClient } from './client/checked-client.ts'
import type { Client } from './client/client.ts'
import { ladderClientOptionRules } from './client/client-option-rules.ts'
import { createClient as createUnchecked, type LadderClientOptions } from './client/ladder-client.ts'

export * from './index.ts'

/**
 * `createClient` of `@baro/client`.
 *
 * @throws {BaroError} `bad-definition` if an option is unknown, or not what it must be.
 */
export function createClient(options: LadderClientOptions = {}): Client {
  return checkedClient(createUnchecked(checkedOptions('createClient', options, ladderClientOptionRules)))
}
