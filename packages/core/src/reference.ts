import type { AnyChannel, ChannelTypes } from './channel.ts'

/** Names one channel: plain, serialisable, typed by the definition that made it. */
export interface Reference<T extends ChannelTypes = ChannelTypes> {
  /** The canonical name, for example `room:42`. */
  readonly channel: string
  /** For the type checker only; never there. */
  readonly '~types'?: T
}

// A reference must stay plain (React refuses hidden properties on what it sends to a browser), so its definition is
// kept beside it. Only where there is no hub does anybody look it up; a copy of a reference has none.
const definitions = new WeakMap<Reference, AnyChannel>()

/** Keeps which definition made a reference. */
export function rememberDefinition<R extends Reference>(definition: AnyChannel, reference: R): R {
  definitions.set(reference, definition)
  return reference
}

/** The definition that made this very object, if it was made in this copy of the module. */
export function definitionOf(reference: Reference): AnyChannel | undefined {
  return definitions.get(reference)
}
