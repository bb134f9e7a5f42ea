/**
 * Who is here, as a channel: `baro~members:NAME` shows the members of the channel NAME, and follows as any other channel.
 * Who follows `baro~here:NAME` is a member. Both are found by the name of their owner, whose rule allows them.
 *
 *   someone follows baro~here:room:1 ──▶ the set of members changes ──▶ a publication in baro~members:room:1
 *
 * The state below is the set, at a position: a snapshot and the later changes are the truth (I9). A large set shows its
 * count alone, and its members are asked for, page by page.
 */
import type { AnyChannel, ChannelTypes } from './channel.ts'
import { assertOwner, derived, derivedName } from './derived-channel.ts'
import type { Json } from './json.ts'
import type { HistoryBounds } from './ports/broker.ts'
import type { Publication } from './publication.ts'
import { type Reference, rememberDefinition } from './reference.ts'
import type { OutputOf, Schema } from './schema.ts'
import type { WireForm } from './wire-form.ts'

/** One who is here: a user, or a guest, however many tabs and links it has. */
export interface Member<State = Json> {
  /** The same for all that the member has open: `user:` and the user, or `guest:` and a hash of what only its client knows. */
  readonly id: string
  /** The user, as the server knows; absent for a guest. */
  readonly user?: string
  /** What it calls itself where its protocol has such names, as the presence keys of Supabase. Anybody may take any. */
  readonly alias?: string
  /** What the member tells of itself. */
  readonly state: State
  /** Since when it is here, in milliseconds since 1970. */
  readonly since: number
}

/** Who is in a channel. */
export interface Members<State = Json> {
  /** How many there are. */
  readonly count: number
  /** In the order in which they came; absent in a large room, which shows its count alone. */
  readonly list?: readonly Member<State>[]
}

/** The set has changed by so many members. */
export interface MembersChange {
  readonly joined?: readonly Member[]
  readonly changed?: readonly Member[]
  /** Their ids. */
  readonly left?: readonly string[]
}

/** The entries of a members channel. */
export type MembersEntry =
  | { readonly type: 'changed'; readonly payload: MembersChange }
  /** The room is large, or stays so: nobody is listed. */
  | { readonly type: 'counted'; readonly payload: { readonly count: number } }
  /** The room is not large any more: all who are here. */
  | { readonly type: 'listed'; readonly payload: { readonly members: readonly Member[] } }

/** The types of the members channel of a channel with these types. */
export interface MembersTypes<T extends ChannelTypes = ChannelTypes> extends ChannelTypes {
  // biome-ignore lint/complexity/noBannedTypes: nobody publishes there but the hub.
  events: {}
  // biome-ignore lint/complexity/noBannedTypes: as above.
  signals: {}
  requests: {
    page: { input: Schema<MembersPageAsked>; output: Schema<MembersPage<MemberState<T>>> }
    /** Which member asks: its id, whether it is here or not. */
    me: { input: Schema<null>; output: Schema<string> }
  }
  state: Members<MemberState<T>>
}

/** What the members of a channel tell of themselves, as everybody gets it. */
export type MemberState<T extends ChannelTypes> = T['member'] extends Schema ? WireForm<OutputOf<T['member']>> : Json

/** Which members to send. */
export interface MembersPageAsked {
  /** Those after this member, by id. Default: from the first. */
  readonly after?: string
  /** At most so many, from 1 to 500. Default 100. */
  readonly limit?: number
}

/** A part of the members, in the order of their ids. */
export interface MembersPage<State = Json> {
  readonly members: readonly Member<State>[]
  /** Whether there are more after the last of them. */
  readonly more?: true
}

/** What is kept of a members channel: a reader that was away for longer gets the set anew. */
export const membersHistory: HistoryBounds = { size: 500, ttlMs: 600_000, bytes: 1 << 20 }

/** Folds an entry of a members channel. */
export function foldMembers(before: Members, { type, payload }: MembersEntry): Members {
  if (type === 'counted') return payload
  if (type === 'listed') return { count: payload.members.length, list: payload.members }
  const { joined = [], changed = [], left = [] } = payload
  const gone = new Set(left)
  const others = new Map(changed.map((member) => [member.id, member]))
  const list = (before.list ?? []).flatMap((member) => (gone.has(member.id) ? [] : [others.get(member.id) ?? member]))
  list.push(...joined)
  return { count: list.length, list }
}

// The hub alone publishes there, and nothing but such entries.
const folds = (state: Members, publication: Publication) => foldMembers(state, publication as unknown as MembersEntry)

/** The definition of every members channel. Clients and hub share it, so it has a version of its own. */
export const membersChannel: AnyChannel = derived('members', membersHistory, {
  initial: () => ({ count: 0, list: [] }),
  on: { changed: folds, counted: folds, listed: folds },
})

/** The definition of what a member follows to be here. Nothing is published there. */
export const hereChannel: AnyChannel = derived('here', { size: 0, ttlMs: 0, bytes: 0 }, undefined)

/**
 * The channel that shows who is in a channel, as its reference: for `snapshot`, and for whoever follows it by hand.
 *
 * @throws {BaroError} `bad-name` if it is the reference of such a channel itself.
 *
 * @example
 * ```ts
 * const initial = await hub.snapshot(members(room({ id: 42 })))
 * ```
 */
export function members<T extends ChannelTypes>(reference: Reference<T>): Reference<MembersTypes<T>> {
  assertOwner(reference, 'members')
  return rememberDefinition(membersChannel, { channel: derivedName('members', reference.channel) })
}

/** What a member follows to be here. The state goes with each subscribe, on whatever link. */
export interface HereReference extends Reference {
  readonly state?: Json
}

/** The reference by which somebody is in a channel. */
export function here({ channel }: Reference, state?: Json): HereReference {
  return { channel: derivedName('here', channel), ...(state !== undefined && { state }) }
}

/** Whether the reference is that of a members channel. */
export function isOfMembers<T extends ChannelTypes>(
  reference: Reference<T> | Reference<MembersTypes<T>>,
): reference is Reference<MembersTypes<T>> {
  return reference.channel.startsWith(derivedName('members', ''))
}
