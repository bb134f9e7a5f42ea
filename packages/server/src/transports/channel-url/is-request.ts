import { own } from '../../channel/own.ts'
import type { Resolved } from '../../channel/registry.ts'

/** Whether a type names a request of the channel, so that its sender alone gets an answer. An event of the name is first. */
export function isRequest({ definition }: Resolved, type: string): boolean {
  return own(definition.events, type) === undefined && own(definition.requests, type) !== undefined
}
