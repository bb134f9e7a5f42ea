/**
 * What moderators have done in a channel, as a channel: `baro~audit:NAME` lists the last actions in the channel NAME, and
 * who is muted there. Only who may moderate the owner follows it, and asks it to take something back, or to mute.
 */
import type { AnyChannel, ChannelTypes } from './channel.ts'
import { assertOwner, derived, derivedName } from './derived-channel.ts'
import type { HistoryBounds } from './ports/broker.ts'
import type { Publication } from './publication.ts'
import { type Reference, rememberDefinition } from './reference.ts'
import type { Schema } from './schema.ts'

/** Something that was taken back. */
export interface RedactAction {
  readonly type: 'redact'
  /** The id of what was taken back. */
  readonly id: string
  /** Its offset; absent if history had trimmed it. */
  readonly offset?: number
  readonly reason?: string
}

/** Who is muted: a user; or all guests, since nothing that a guest says of itself tells it from the others. */
export type WhoIsMuted =
  | { readonly user: string; readonly guests?: undefined }
  | { readonly guests: true; readonly user?: undefined }

/** Somebody who was muted, or may speak again. */
export type MuteAction = WhoIsMuted & {
  readonly type: 'mute'
  /** Until when, in milliseconds since 1970. A time that is over lets them speak again. */
  readonly untilMs: number
  readonly reason?: string
}

/** What a moderator did, by whom and when. */
export type AuditAction = (RedactAction | MuteAction) & {
  /** The user who did it; absent for the application. */
  readonly by?: string
  /** In milliseconds since 1970. */
  readonly time: number
}

/** Somebody who may not publish. */
export type Muted = WhoIsMuted & {
  /** In milliseconds since 1970. */
  readonly untilMs: number
}

/** What moderators see of a channel. */
export interface Audit {
  /** The last 100 actions, the newest last. */
  readonly actions: readonly AuditAction[]
  /** Who is muted, in the order in which they were: some may be over already. */
  readonly muted: readonly Muted[]
}

/** What taking something back came to. */
export type RedactOutcome = 'redacted' | 'trimmed' | 'redacted-before' | 'unknown'

/** The types of the audit channel of any channel. */
export interface AuditTypes extends ChannelTypes {
  // biome-ignore lint/complexity/noBannedTypes: nobody publishes there but the hub.
  events: {}
  // biome-ignore lint/complexity/noBannedTypes: as above.
  signals: {}
  requests: {
    /** Takes back the publication of this id or offset. */
    redact: { input: Schema<RedactAsked>; output: Schema<{ readonly outcome: RedactOutcome }> }
    /** Mutes a user or all guests, or lets them speak again. */
    mute: { input: Schema<MuteAsked>; output: Schema<null> }
  }
  state: Audit
}

/** What to take back, and why. */
export type RedactAsked = ({ readonly id: string } | { readonly offset: number }) & { readonly reason?: string }
/** Whom to mute until when, and why. */
export type MuteAsked = Muted & { readonly reason?: string }

/** Most users who are muted at once in one channel. */
export const maxMuted = 1_000

/** Actions that are shown. */
const maxActions = 100

/** What is kept of an audit channel: a reader that was away for longer gets the state anew. */
const auditHistory: HistoryBounds = { size: 500, ttlMs: 30 * 24 * 3_600_000, bytes: 1 << 20 }

// The hub alone publishes there, and nothing but such actions.
function folds({ actions, muted }: Audit, { type, payload, by, time }: Publication): Audit {
  const action = { ...(payload as object), type, time, ...(by !== undefined && { by }) } as AuditAction
  const shown = [...actions, action].slice(-maxActions)
  if (action.type !== 'mute') return { actions: shown, muted }
  const others = muted.filter((one) => !isSameMuted(one, action) && one.untilMs > time)
  const { user, guests, untilMs } = action
  const one = guests ? { guests, untilMs } : { user: user as string, untilMs }
  return { actions: shown, muted: untilMs > time ? [...others, one] : others }
}

/** Whether both are the same user, or both are the guests. */
export function isSameMuted(one: WhoIsMuted, other: WhoIsMuted): boolean {
  return one.user === other.user && one.guests === other.guests
}

/** The definition of every audit channel. */
export const auditChannel: AnyChannel = derived('audit', auditHistory, {
  initial: () => ({ actions: [], muted: [] }),
  on: { redact: folds, mute: folds },
})

/**
 * The channel of what moderators did in a channel, as its reference: for `snapshot`, for whoever follows it, and for its
 * requests `redact` and `mute`.
 *
 * @throws {BaroError} `bad-name` if it is the reference of a derived channel itself.
 *
 * @example
 * ```ts
 * const { value } = await hub.snapshot(audit(room({ id: 42 })))
 * console.log(value.actions.length)
 * ```
 */
export function audit<T extends ChannelTypes>(reference: Reference<T>): Reference<AuditTypes> {
  assertOwner(reference, 'audit')
  return rememberDefinition(auditChannel, { channel: derivedName('audit', reference.channel) })
}
