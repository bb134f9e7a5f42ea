import type { Json } from '../json.ts'
import type { Member, MembersPage, MembersPageAsked } from '../members.ts'
import type { NowOrLater } from '../now-or-later.ts'
import type { Delivery } from './broker.ts'

/** Somebody that a node has links of. */
export interface HeldMember {
  readonly id: string
  readonly user?: string
  readonly alias?: string
  /** What it tells of itself now. */
  readonly state: Json
}

/** What has changed on a node since it touched the set last. Nothing at all: it renews its lease. */
export interface Touch {
  /**
   * Rises with each touch of the node, in all sets. A touch whose answer was lost is called again under its number, and is
   * answered as the first time.
   */
  readonly number: number
  /** The node has links of them. Said again it changes nothing but their state. */
  readonly held: readonly HeldMember[]
  /** Ids of those of whom it has no link any more. Another node may have some. */
  readonly released: readonly string[]
}

/** On which terms a node touches a set. They are kept with the set: whoever finds the node dead acts by them. */
export interface TouchTerms {
  /** For how long the node's members stay if nothing is heard of the node. */
  readonly leaseMs: number
  /**
   * Above it the set is large, and its channel tells counts alone; at four fifths of it its members are listed again.
   * Absent: the set has no channel, and only who touches it is told what has changed.
   */
  readonly maxListed?: number
}

/** What a step came to. */
export interface SetChange {
  readonly set: string
  /** Those who were on no node before, and those who are on none any more: each is told to one caller. */
  readonly joined: readonly Member[]
  readonly left: readonly Member[]
  /** What was appended to the channel of the set; absent if nobody sees a change. */
  readonly delivery?: Delivery
}

/** What a touch came to. */
export interface Touched extends SetChange {
  /**
   * Whether the set knew the node: false at its first touch, and if its lease had run out and somebody noticed. Then the
   * node must touch again with all whom it has links of, or they stay away.
   */
  readonly wasKnown: boolean
}

/**
 * Keeps who is here (I9): sets of members, each held by the nodes that have links of them. A set has the name of the
 * channel that shows it. It is part of a broker, because a change of the set and the publication that tells it are one
 * step: no reader, on any node, ever sees a set that is not the snapshot with the later changes.
 *
 * - `readCheckpoint` of the channel answers with the set as it is, at the head, whatever else was kept. So neither history
 *   that is trimmed nor a record that goes takes the set along.
 * - A set outlives the process where its channel does. What was held then is held for one lease, by nobody: who comes back
 *   in that time was never away.
 * - Of one node, touches of a set come one after the other. Different nodes touch it at the same time.
 * - Who has joined or left is told in an answer, and an answer may be lost. So the last one that told anything is kept for each
 *   node, for one lease: called again under the same number, `touch` and `expire` change nothing and answer as before.
 *   Otherwise nobody would run the hooks of the application.
 *
 * `brokerSuite` of `@baro/testing` holds every implementation to it.
 */
export interface Presence {
  /** The key that guests are hashed with. The same for ever, so that a guest is known again after a restart. */
  key(): Promise<string>

  /**
   * Takes what has changed on a node, renews its lease of the set, and appends one publication if anybody sees a change.
   * Called after a change, and several times in each lease.
   *
   * @throws {BaroError} `unavailable` if nobody knows whether it happened. Then it is called again, the same touch, before
   * any other of the node in this set.
   */
  touch(set: string, node: string, touch: Touch, terms: TouchTerms): NowOrLater<Touched>

  /**
   * Takes away what nodes held whose lease has run out, in all sets, and tells what has changed. Every node calls it a few
   * times in each lease; a node that died is found by any other.
   *
   * @param number Rises with each call of the node, as that of a touch.
   * @throws {BaroError} `unavailable`. Then it is called again under the same number.
   */
  expire(node: string, number: number): NowOrLater<readonly SetChange[]>

  /** Some of the members of a set, in the order of their ids. For large sets, whose channel lists nobody. */
  members(set: string, asked: MembersPageAsked & { readonly limit: number }): NowOrLater<MembersPage>
}
