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

/** Somebody who was muted, or may speak again. */
export interface MuteAction {
  readonly type: 'mute'
  readonly user: string
  /** Until when, in milliseconds since 1970. A time that is over lets the user speak again. */
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
export interface Muted {
  readonly user: string
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
    /** Mutes a user, or lets the user speak again. */
    mute: { input: Schema<MuteAsked>; output: Schema<null> }
  }
  state: Audit
}

/** What to take back, and why. */
export type RedactAsked = ({ readonly id: string } | { readonly offset: number }) & { readonly reason?: string }
/** Whom to mute until when, and why. */
export interface MuteAsked extends Muted {
  readonly reason?: string
}

/** Most users who are muted at once in one channel. */
export const maxMuted = 1_000

/** Actions that are shown. */
const maxActions = 100

/** What is kept of an audit channel: a reader that was away for longer gets the state anew. */
const auditHistory: HistoryBounds = { size: 500, ttlMs: 30 * 24 * 3_600_000, bytes: 1 << 20 }

// The hub alone publishes there, and nothing but such actions.
function folds({ actions, muted }: Audit, { type, payload, by, time }: Publication): Audit {
  const action = { ...(payload as object), type, time, ...(by !== undefined && { by }) } as AuditAction
  const others =
    action.type === 'mute' ? muted.filter(({ user, untilMs }) => user !== action.user && untilMs > time) : muted
  const isMuted = action.type === 'mute' && action.untilMs > time
  return {
    actions: [...actions, action].slice(-maxActions),
    muted: isMuted ? [...others, { user: action.user, untilMs: action.untilMs }] : others,
  }
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
