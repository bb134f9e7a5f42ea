/**
 * What is left of a publication that was taken back: a tombstone in its place, and a notice at the head, both appended
 * in one step of the broker. Whoever comes later reads the tombstone; whoever has the payload already reads the notice.
 *
 *   message 7 ── redact ──▶ baro:tombstone 7 … baro:redacted 12 { id, offset: 7, reason? }
 */
import type { Publication } from './publication.ts'

/** The type of the notice. Every reader gets it, as any other publication. */
export const redactedType = 'baro:redacted'
/** The type of what stands in the place of a publication that was taken back. */
export const tombstoneType = 'baro:tombstone'

/** What the state of a channel loses. */
export interface Redaction {
  /** The id of the publication that was taken back. */
  readonly id: string
  /** Its offset; absent if history had trimmed it already. */
  readonly offset?: number
  /** Why, as whoever took it back says. Everybody may read it. */
  readonly reason?: string
  /**
   * When the publication was taken, in milliseconds since 1970. Only in the place of the publication: the state that comes
   * in is from before it, so what should stand for it is added now.
   */
  readonly time?: number
}

/** The redaction that a publication tells of; `undefined` if it is any other. */
export function redactionOf({ type, payload, id, offset, time }: Publication): Redaction | undefined {
  // The hub alone publishes these types, and nothing but such payloads.
  if (type === redactedType) return payload as unknown as Redaction
  return type === tombstoneType ? { ...(payload as { reason?: string }), id, offset, time } : undefined
}
