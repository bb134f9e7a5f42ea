import type { AnyChannel, ChannelTypes } from './channel.ts'
import { BaroError, quote } from './errors.ts'

/** Names one channel: plain, serialisable, typed by the definition that made it. */
export interface Reference<T extends ChannelTypes = ChannelTypes> {
  /** The canonical name, for example `room:42`. */
  readonly channel: string
  /** For the type checker only; no reference has it. */
  readonly '~types'?: T
}

// A reference must stay plain: React refuses hidden properties on what it sends to a browser. So its definition is kept
// beside it. It is looked up only where there is no hub. A copy of a reference has none.
const definitions = new WeakMap<Reference, AnyChannel>()

/** Remembers which definition made a reference. */
export function rememberDefinition<R extends Reference>(definition: AnyChannel, reference: R): R {
  definitions.set(reference, definition)
  return reference
}

/** The definition that made this object; `undefined` for a copy, and for one that another copy of this module made. */
export function definitionOf(reference: Reference): AnyChannel | undefined {
  return definitions.get(reference)
}

/**
 * The name in a reference. Plain JavaScript passes a name, or a definition that was not called, as well.
 *
 * @throws {BaroError} `bad-name` if it is no reference.
 */
export function nameOf(reference: Reference): string {
  const name: unknown = (reference as Reference | undefined)?.channel
  if (typeof name === 'string') return name
  const passed = typeof reference === 'function' ? 'a definition' : quote(reference)
  throw new BaroError('bad-name', `A channel is named by a reference, not by ${passed}. Pass room({ id: 42 }).`)
}
