/**
 * The sets of members of a broker (I9). What a step changed comes back with the entry that tells it; the broker appends
 * that in the same step.
 */

import { ownerOf } from '../derived-channel.ts'
import { type Json, jsonText } from '../json.ts'
import type { Member, Members, MembersEntry, MembersPage } from '../members.ts'
import type { Clock } from '../ports/clock.ts'
import type { HeldMember, SetChange, Touch, Touched, TouchTerms } from '../ports/presence.ts'
import { LastAnswers } from './last-answers.ts'

/** What is kept of a set besides its members. */
export interface KeptSet {
  readonly isLarge: boolean
  readonly terms: TouchTerms
}

/** A member as it is kept: `order` is its number in the order in which they came. */
export interface KeptMember {
  readonly member: Member
  readonly order: number
}

/** Keeps sets for a broker that outlives its process. Called within the step that changes them. */
export interface SetKeeping {
  set(name: string, kept: KeptSet | undefined): void
  member(name: string, id: string, kept: KeptMember | undefined): void
}

/** What a step came to, before the entry is appended. */
export interface SetStep<Change = SetChange> {
  readonly change: Change
  readonly entry: MembersEntry | undefined
}

interface Present {
  member: Member
  readonly order: number
  /** How many nodes have links of it. */
  holders: number
}

interface HoldingNode {
  untilMs: number
  readonly held: Set<string>
}

interface MemberSet {
  terms: TouchTerms
  isLarge: boolean
  /** In the order in which they came, as who folds the channel has them. */
  readonly members: Map<string, Present>
  readonly nodes: Map<string, HoldingNode>
  /** Their ids in order; made for who asks, and forgotten with the next who comes or goes. */
  sorted: readonly string[] | undefined
}

/** Who held the members when the process before this one ended: nobody touches a set by this name. */
const nobody = ''

/** Of what `maxListed` is members are listed again. A set at the bound must not change its face with each who comes. */
const listedAgain = 0.8

/** The sets of members that a broker keeps: what each step changes, and what readers are told of it. */
export class MemberSets {
  readonly #clock: Clock
  readonly #keeping: SetKeeping | undefined
  readonly #sets = new Map<string, MemberSet>()
  readonly #touched = new LastAnswers<Touched>()
  readonly #expired = new LastAnswers<readonly SetChange[]>()
  #order = 0

  constructor(clock: Clock, keeping?: SetKeeping) {
    this.#clock = clock
    this.#keeping = keeping
  }

  touch(name: string, node: string, { number, held, released }: Touch, terms: TouchTerms): SetStep<Touched> {
    const caller = `${node} ${name}`
    const again = this.#touched.to(caller, number)
    if (again) return { change: again, entry: undefined }
    const set = this.#sets.get(name) ?? empty(terms)
    set.terms = terms
    const known = set.nodes.get(node)
    const holding = known ?? { untilMs: 0, held: new Set<string>() }
    holding.untilMs = this.#clock.elapsed() + terms.leaseMs
    const joined: Member[] = []
    const changed: Member[] = []
    for (const one of held) {
      const present = set.members.get(one.id)
      if (!present) joined.push(this.#join(set, one))
      else if (jsonText(present.member.state) !== jsonText(one.state)) {
        present.member = { ...present.member, state: one.state }
        changed.push(present.member)
      }
      if (!holding.held.has(one.id)) holdBy(holding, set, one.id)
    }
    const left = released.flatMap((id) => release(holding, set, id))
    if (holding.held.size > 0) set.nodes.set(node, holding)
    else set.nodes.delete(node)
    const entry = this.#changed(name, set, joined, changed, left)
    const change = { set: name, joined, left, wasKnown: known !== undefined }
    const isTold = joined.length + left.length > 0 || !known
    if (isTold) this.#touched.keep(caller, number, change, holding.untilMs)
    else this.#touched.forget(caller)
    return { change, entry }
  }

  /** Takes away what nodes held whose lease has run out. */
  expire(node: string, number: number): readonly SetStep[] {
    const nowMs = this.#clock.elapsed()
    const again = this.#expired.to(node, number)
    if (again) return again.map((change) => ({ change, entry: undefined }))
    this.#touched.expire(nowMs)
    this.#expired.expire(nowMs)
    let leaseMs = 0
    const steps = [...this.#sets].flatMap(([name, set]) => {
      const left = [...set.nodes].flatMap(([held, holding]) =>
        holding.untilMs > nowMs ? [] : letGo(set, held, holding),
      )
      if (left.length === 0) return []
      leaseMs = Math.max(leaseMs, set.terms.leaseMs)
      const entry = this.#changed(name, set, [], [], left)
      return [{ change: { set: name, joined: [], left }, entry }]
    })
    const changes = steps.map(({ change }) => change)
    if (changes.length > 0) this.#expired.keep(node, number, changes, nowMs + leaseMs)
    else this.#expired.forget(node)
    return steps
  }

  /** The state of a members channel; `undefined` if it is none, so that its state is what was published. */
  stateOf(channel: string): Json | undefined {
    if (ownerOf(channel)?.is !== 'members') return undefined
    const set = this.#sets.get(channel)
    const count = set?.members.size ?? 0
    const state: Members = set?.isLarge ? { count } : { count, list: set ? membersOf(set) : [] }
    // It is JSON. To the type checker an interface is not, because somebody might add to it.
    return state as unknown as Json
  }

  page(name: string, after: string | undefined, limit: number): MembersPage {
    const set = this.#sets.get(name)
    if (!set) return { members: [] }
    set.sorted ??= [...set.members.keys()].sort()
    const ids = set.sorted
    const first = after === undefined ? 0 : firstAfter(ids, after)
    const members = ids.slice(first, first + limit).flatMap((id) => set.members.get(id)?.member ?? [])
    return { members, ...(first + limit < ids.length && { more: true }) }
  }

  /** Takes up what was kept. Its members stay for one lease, in which their nodes may touch the set again. */
  restore(name: string, { isLarge, terms }: KeptSet, kept: readonly KeptMember[]): void {
    const set: MemberSet = { ...empty(terms), isLarge }
    const holding: HoldingNode = { untilMs: this.#clock.elapsed() + terms.leaseMs, held: new Set() }
    for (const { member, order } of [...kept].sort((one, other) => one.order - other.order)) {
      set.members.set(member.id, { member, order, holders: 0 })
      holdBy(holding, set, member.id)
      this.#order = Math.max(this.#order, order)
    }
    set.nodes.set(nobody, holding)
    if (kept.length > 0) this.#sets.set(name, set)
  }

  #join(set: MemberSet, { id, user, alias, state }: HeldMember): Member {
    const known = { id, ...(user !== undefined && { user }), ...(alias !== undefined && { alias }) }
    const member: Member = { ...known, state, since: this.#clock.now() }
    set.members.set(id, { member, order: ++this.#order, holders: 0 })
    return member
  }

  /** Takes note of a change, and says what tells it. */
  #changed(
    name: string,
    set: MemberSet,
    joined: readonly Member[],
    changed: readonly Member[],
    left: readonly Member[],
  ): MembersEntry | undefined {
    if (joined.length + left.length > 0) set.sorted = undefined
    if (set.members.size > 0) this.#sets.set(name, set)
    else this.#sets.delete(name)
    if (joined.length + changed.length + left.length === 0) return undefined
    const entry = entryOf(set, joined, changed, left)
    this.#kept(name, set, [...joined, ...changed], left)
    return entry
  }

  #kept(name: string, set: MemberSet, put: readonly Member[], left: readonly Member[]): void {
    const keeping = this.#keeping
    if (!keeping) return
    const { terms, isLarge, members } = set
    for (const { id } of put) {
      const { member, order } = members.get(id) ?? {}
      if (member && order !== undefined) keeping.member(name, id, { member, order })
    }
    for (const { id } of left) keeping.member(name, id, undefined)
    keeping.set(name, members.size > 0 ? { terms, isLarge } : undefined)
  }
}

function empty(terms: TouchTerms): MemberSet {
  return { terms, isLarge: false, members: new Map(), nodes: new Map(), sorted: undefined }
}

function membersOf({ members }: MemberSet): readonly Member[] {
  return [...members.values()].map(({ member }) => member)
}

function holdBy(node: HoldingNode, set: MemberSet, id: string): void {
  const present = set.members.get(id)
  if (present) present.holders++
  node.held.add(id)
}

/** The node is dead; returns those who are on no other. */
function letGo(set: MemberSet, node: string, holding: HoldingNode): readonly Member[] {
  set.nodes.delete(node)
  return [...holding.held].flatMap((id) => release(holding, set, id))
}

/** The node has no link of the member any more; returns the member if nobody has. */
function release(node: HoldingNode, set: MemberSet, id: string): readonly Member[] {
  const present = set.members.get(id)
  if (!node.held.delete(id) || !present || --present.holders > 0) return []
  set.members.delete(id)
  return [present.member]
}

function entryOf(
  set: MemberSet,
  joined: readonly Member[],
  changed: readonly Member[],
  left: readonly Member[],
): MembersEntry | undefined {
  const { maxListed } = set.terms
  const count = set.members.size
  if (maxListed === undefined) return undefined
  if (set.isLarge) {
    if (count > maxListed * listedAgain)
      return joined.length + left.length > 0 ? { type: 'counted', payload: { count } } : undefined
    set.isLarge = false
    return { type: 'listed', payload: { members: membersOf(set) } }
  }
  if (count > maxListed) {
    set.isLarge = true
    return { type: 'counted', payload: { count } }
  }
  return {
    type: 'changed',
    payload: {
      ...(joined.length > 0 && { joined }),
      ...(changed.length > 0 && { changed }),
      ...(left.length > 0 && { left: left.map(({ id }) => id) }),
    },
  }
}

/** The index of the first id after another one. */
function firstAfter(ids: readonly string[], after: string): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ids[middle] ?? '') <= after) low = middle + 1
    else high = middle
  }
  return low
}
