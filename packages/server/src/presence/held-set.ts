/**
 * The members of one set that have links of this node. Changes are gathered, so that a room in which everybody comes at
 * once tells it a few times a second and not for each; one touch is on its way at a time.
 */
import type { Json, Log } from '@baro/core'
import type { Cancel, Clock, HeldMember, NowOrLater, Presence, Touch, Touched, TouchTerms } from '@baro/core/broker'
import { orElse, whenHere } from '@baro/core/broker'
import { describeError } from '../observe/describe-error.ts'
import type { Lingerer, Lingering } from './lingering.ts'
import { PromisedStays } from './promised-stays.ts'

/** What a set works with. */
export interface HeldSetParts {
  readonly clock: Clock
  readonly log: Log
  readonly presence: Pick<Presence, 'touch'>
  readonly node: string
  readonly terms: TouchTerms
  readonly lingering: Lingering
  /** The number of the next touch of the node. */
  nextNumber(): number
  /** There is nobody left, and nothing to tell. */
  emptied(): void
}

/** Who is told when the member has joined or left on all nodes together. */
export interface Told {
  joined(): void
  left(): void
}

/** One member, as long as this node has links of it, and a little longer. */
interface Held extends Lingerer {
  member: HeldMember
  /** Who is told: whoever was told that the member joined, as long as it has not left. */
  told: Told
  readonly newest: Told
  links: number
  /** Until when it stays without a link. */
  readonly stays: PromisedStays
  cancel: Cancel | undefined
}

/** Readers are told no more often. */
const gatherMs = 250
/** How long a node waits before it asks the broker again, after it could not. */
export const retryMs = 1_000

export class HeldSet {
  readonly #name: string
  readonly #parts: HeldSetParts
  readonly #held = new Map<string, Held>()
  /** Of those let go, who is to be told, until the broker knows. */
  readonly #leaving = new Map<string, Told>()
  /** Ids of whom the broker is to be told. */
  readonly #changed = new Set<string>()
  #touchedMs = Number.NEGATIVE_INFINITY
  /** When the last touch began of which the broker has heard. */
  #heardMs = Number.NEGATIVE_INFINITY
  #isTouching = false
  /** A touch of which nobody knows whether it happened: it is said again, before anything else. */
  #unanswered: Touch | undefined
  #cancel: Cancel | undefined
  #isStopped = false

  constructor(name: string, parts: HeldSetParts) {
    this.#name = name
    this.#parts = parts
  }

  /** One more link of a member, of one of its clients. */
  hold(member: HeldMember, told: Told, share: string, client: string): void {
    const { id } = member
    const held = this.#held.get(id)
    if (held) {
      held.links++
      held.stays.end(client)
      this.#stay(held)
      return this.tell(id, member.state)
    }
    // Who comes back before the broker knew that it went has never been away.
    const come: Held = {
      ...{ member, share, links: 1, stays: new PromisedStays(), cancel: undefined },
      ...{ told: this.#leaving.get(id) ?? told, newest: told },
      leave: () => this.#letGo(id, come),
    }
    this.#held.set(id, come)
    this.#leaving.delete(id)
    this.#hasChanged(id)
  }

  /** What a member tells of itself; of its tabs the last one counts. */
  tell(id: string, state: Json): void {
    const held = this.#held.get(id)
    if (!held || JSON.stringify(held.member.state) === JSON.stringify(state)) return
    held.member = { ...held.member, state }
    this.#hasChanged(id)
  }

  /** A link of a client is gone. With the last link of all the member stays for so long, or for as long as another client has promised. */
  release(id: string, client: string, staysMs: number): void {
    const { clock } = this.#parts
    const held = this.#held.get(id)
    if (!held) return
    held.links--
    if (staysMs > 0) held.stays.promise(client, clock.elapsed() + staysMs)
    else held.stays.end(client)
    if (held.links > 0 || this.#isStopped) return
    const restMs = held.stays.lastMs - clock.elapsed()
    if (restMs <= 0) return held.leave()
    held.cancel = clock.after(restMs, held.leave)
    this.#parts.lingering.add(held)
  }

  /** Renews the lease, if nothing else is about to. Returns whether the broker has heard of this node, so that the lease holds. */
  renew(): NowOrLater<boolean> {
    if (this.#held.size === 0) return true
    if (!this.#isTouching && !this.#cancel)
      return this.#touch({ number: this.#parts.nextNumber(), held: [], released: [] })
    // In a busy room a touch is always about to be. If that kept the node from looking, the dead of all rooms would stay.
    const { clock, terms } = this.#parts
    return clock.elapsed() - this.#heardMs < terms.leaseMs
  }

  /** Nothing more is touched. `hasLeft`: everybody leaves at once, because nobody could come back. */
  stop(hasLeft: boolean): void {
    if (hasLeft) {
      for (const held of this.#held.values()) held.leave()
      this.#flush()
    }
    this.#isStopped = true
    this.#cancel?.()
    for (const held of this.#held.values()) this.#stay(held)
  }

  /** It lingers no more. */
  #stay(held: Held): void {
    held.cancel?.()
    held.cancel = undefined
    this.#parts.lingering.delete(held)
  }

  #letGo(id: string, held: Held): void {
    this.#stay(held)
    this.#held.delete(id)
    this.#leaving.set(id, held.told)
    this.#hasChanged(id)
  }

  #hasChanged(id: string): void {
    this.#changed.add(id)
    this.#flushLater()
  }

  #flushLater(): void {
    if (this.#isStopped || this.#isTouching || this.#cancel || this.#changed.size === 0) return
    const { clock, terms } = this.#parts
    // A set without a channel has no readers.
    const restMs = terms.maxListed === undefined ? 0 : this.#touchedMs + gatherMs - clock.elapsed()
    if (restMs > 0) this.#cancel = clock.after(restMs, () => this.#flush())
    else this.#flush()
  }

  #flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#unanswered) {
      this.#touch(this.#unanswered)
      return
    }
    const held: HeldMember[] = []
    const released: string[] = []
    for (const id of this.#changed) {
      const one = this.#held.get(id)
      if (one) held.push(one.member)
      else released.push(id)
    }
    this.#changed.clear()
    this.#touch({ number: this.#parts.nextNumber(), held, released })
  }

  #touch(touch: Touch): NowOrLater<boolean> {
    const { presence, node, terms, clock } = this.#parts
    this.#isTouching = true
    this.#touchedMs = clock.elapsed()
    return orElse<boolean>(
      () => whenHere(presence.touch(this.#name, node, touch, terms), (touched) => this.#touched(touch, touched)),
      (error) => this.#failed(touch, error),
    )
  }

  #touched({ held }: Touch, { wasKnown, joined, left }: Touched): true {
    this.#isTouching = false
    this.#unanswered = undefined
    this.#heardMs = this.#touchedMs
    for (const { id } of joined) (this.#held.get(id)?.told ?? this.#leaving.get(id))?.joined()
    for (const { id } of left) {
      const held = this.#held.get(id)
      ;(this.#leaving.get(id) ?? held?.told)?.left()
      if (held) held.told = held.newest
    }
    for (const id of [...this.#leaving.keys()]) if (!this.#changed.has(id)) this.#leaving.delete(id)
    // The lease had run out, and the others of this node went with it.
    if (!wasKnown && this.#held.size > held.length) for (const id of this.#held.keys()) this.#changed.add(id)
    this.#goOn()
    return true
  }

  #failed(touch: Touch, error: unknown): false {
    const { clock, log } = this.#parts
    this.#isTouching = false
    this.#unanswered = touch
    this.#heardMs = Number.NEGATIVE_INFINITY
    log.warn(
      { channel: this.#name },
      `Nobody was told who is in ${JSON.stringify(this.#name)}, which is tried again: ${describeError(error)}`,
    )
    if (!this.#isStopped) this.#cancel = clock.after(retryMs, () => this.#flush())
    return false
  }

  #goOn(): void {
    if (this.#changed.size > 0) this.#flushLater()
    else if (this.#held.size === 0) this.#parts.emptied()
  }
}
