/**
 * Who follows what on this node, as the application is told by `joined` and `left`.
 *
 *   absent ── a link follows: joined ──▶ present ── its last link is gone ──▶ lingering ── `leaveAfterMs` ──▶ absent: left
 *                                           ▲                                    │
 *                                           └──────── a link follows again ──────┘
 *
 * A client is known by its secret on all its links, so a long poller that asks again, and a link that breaks and comes
 * back, are the same reader. Who has no secret is known by its session, and leaves with it.
 *
 * It knows this node only. A member and its channel are what presence across nodes will need as well.
 */
import type { Cancel, Clock } from '@baro/core/broker'
import { contextOf, type Member, type Principal } from '../access/principal.ts'
import type { AnyHandlers, ChannelContext } from '../channel/handlers.ts'
import type { Hooks } from '../channel/hooks.ts'
import type { Resolved } from '../channel/registry.ts'

/** What attendance works with. */
export interface AttendanceParts {
  readonly clock: Clock
  readonly hooks: Hooks
  /** How long a client may be without a link before it has left. */
  readonly leaveAfterMs: number
}

/** How a following ends: its client said so, or its link is gone and the client may come back. */
export type Ending = 'left' | 'gone'

/** One client in one channel. */
interface Present {
  readonly member: Member
  /** That of `joined`. `left` gets the same, so that an application finds what it noted then. */
  readonly context: ChannelContext
  readonly left: AnyHandlers['left']
  /** Followings of the client in the channel: requests overlap. */
  links: number
  leavesAtMs: number
}

/** Clients that linger, at most. Beyond it the one that has waited longest has left (I7). */
const maxLingering = 100_000

/** Those of one user, or of one address: a stranger makes a new secret for nothing, and must not push out others. */
const maxOfShare = 2_000

export class Attendance {
  readonly #parts: AttendanceParts
  readonly #present = new Map<string, Present>()
  // A map keeps the order in which keys were added, so the first is the one that leaves next.
  readonly #lingering = new Map<string, Present>()
  readonly #shares = new Map<string, Set<string>>()
  #cancel: Cancel | undefined
  #isStopping = false

  constructor(parts: AttendanceParts) {
    this.#parts = parts
  }

  /** A principal begins to follow a channel. */
  join(resolved: Resolved, principal: Principal): void {
    const { joined, left } = resolved.handlers
    if (!joined && !left) return
    const { member } = principal
    if (member) {
      const key = keyOf(resolved, member)
      const present = this.#present.get(key)
      if (present) {
        present.links++
        return this.#stay(key, present)
      }
      const context = contextOf(principal, resolved)
      this.#present.set(key, { member, context, left, links: 1, leavesAtMs: 0 })
    }
    this.#parts.hooks.run(joined, contextOf(principal, resolved))
  }

  /** A following of a principal that joined has ended. */
  leave(resolved: Resolved, principal: Principal, ending: Ending): void {
    const { joined, left } = resolved.handlers
    if (!joined && !left) return
    const { member } = principal
    if (!member) return this.#parts.hooks.run(left, contextOf(principal, resolved))
    const key = keyOf(resolved, member)
    const present = this.#present.get(key)
    if (!present || --present.links > 0) return
    if (ending === 'left' || this.#isStopping) this.#left(key, present)
    else this.#linger(key, present)
  }

  /** The node stops: nobody comes back to it, so who lingers has left. */
  stop(): void {
    this.#isStopping = true
    for (const [key, present] of this.#lingering) this.#left(key, present)
    this.#cancel?.()
  }

  #linger(key: string, present: Present): void {
    const { clock, leaveAfterMs } = this.#parts
    present.leavesAtMs = clock.elapsed() + leaveAfterMs
    this.#lingering.set(key, present)
    const { share } = present.member
    const ofShare = this.#shares.get(share) ?? new Set()
    this.#shares.set(share, ofShare.add(key))
    if (ofShare.size > maxOfShare) this.#leaveEarly(ofShare)
    else if (this.#lingering.size > maxLingering) this.#leaveEarly(this.#lingering.keys())
    this.#cancel ??= clock.after(leaveAfterMs, () => this.#leaveInTime())
  }

  #leaveEarly(keys: Iterable<string>): void {
    for (const key of keys) {
      const present = this.#lingering.get(key)
      if (present) return this.#left(key, present)
    }
  }

  #leaveInTime(): void {
    const { clock } = this.#parts
    this.#cancel = undefined
    const nowMs = clock.elapsed()
    for (const [key, present] of this.#lingering) {
      const restMs = present.leavesAtMs - nowMs
      if (restMs > 0) {
        this.#cancel = clock.after(restMs, () => this.#leaveInTime())
        return
      }
      this.#left(key, present)
    }
  }

  #left(key: string, present: Present): void {
    this.#stay(key, present)
    this.#present.delete(key)
    this.#parts.hooks.run(present.left, present.context)
  }

  /** It lingers no more. */
  #stay(key: string, { member: { share } }: Present): void {
    if (!this.#lingering.delete(key)) return
    const ofShare = this.#shares.get(share)
    ofShare?.delete(key)
    if (ofShare?.size === 0) this.#shares.delete(share)
  }
}

function keyOf({ channel }: Resolved, { name }: Member): string {
  return `${channel} ${name}`
}
