/**
 * Who is here, as this node knows (I9): the members that have links of this node, in each set.
 *
 *   a link follows ──▶ held ── its last link is gone ──▶ lingering ── its time is over ──▶ let go
 *                       ▲                                   │
 *                       └────────── a link follows ─────────┘
 *
 * The broker puts together what all nodes hold, and says who has joined and who has left. Each node renews its leases, and
 * looks for those of nodes that died.
 */
import type { Json, Log } from '@baro/core'
import {
  type Cancel,
  type Clock,
  type NowOrLater,
  orElse,
  type Presence,
  type SetChange,
  whenHere,
} from '@baro/core/broker'
import type { Principal } from '../access/principal.ts'
import { contextOf } from '../access/principal.ts'
import type { ChannelContext } from '../channel/handlers.ts'
import type { Hooks } from '../channel/hooks.ts'
import type { Resolved } from '../channel/registry.ts'
import { describeError } from '../observe/describe-error.ts'
import { HeldSet, retryMs, type Told } from './held-set.ts'
import { Lingering } from './lingering.ts'
import { memberId } from './member-id.ts'

/** What attendance works with. */
export interface AttendanceParts {
  readonly clock: Clock
  readonly hooks: Hooks
  readonly log: Log
  readonly presence: Presence
  /** The name of this life of the node. */
  readonly node: string
  /** How long a member may be without a link before it has left. */
  readonly leaveAfterMs: number
  readonly memberLeaseMs: number
  readonly maxListedMembers: number
  /** Whether nobody but this node uses the broker, so that all have left when it stops. */
  readonly isAlone: boolean
  /** The channel of this name; `undefined` if there is none any more. */
  find(channel: string): Resolved | undefined
}

/** How a following ends: its client said so, or its link is gone and the client may come back. */
export type Ending = 'left' | 'gone'

/** One following of a member. */
export interface Attending {
  /** The member tells something else of itself. */
  tell(state: Json): void
  end(ending: Ending): void
}

/** How often a node touches each of its sets. */
export const renewalMs = 5_000

const joinedPrefix = 'baro~joined:'

export class Attendance {
  readonly #parts: AttendanceParts
  readonly #sets = new Map<string, HeldSet>()
  readonly #lingering = new Lingering()
  #key: NowOrLater<string> | undefined
  #numbers = 0
  /** The number of a look for the dead whose answer did not come. */
  #unanswered: number | undefined
  #cancel: Cancel | undefined
  #isStopped = false

  constructor(parts: AttendanceParts) {
    this.#parts = parts
    this.#cancel = parts.clock.after(renewalMs, () => this.#renew())
  }

  /** A principal begins to follow a channel; `undefined` if nobody wants to know. */
  join(resolved: Resolved, principal: Principal, state: Json = null): Attending | undefined {
    const { channel, handlers, members } = resolved
    const { joined, left } = handlers
    if (members === undefined && !joined && !left) return undefined
    const context = contextOf(principal, resolved)
    const told: Told = { joined: () => this.#run(joined, context), left: () => this.#run(left, context) }
    const { leaveAfterMs } = this.#parts
    // Whoever nothing tells apart from others cannot come back.
    const isKnown = principal.user !== undefined || principal.guest !== undefined
    const staysMs = isKnown ? Math.max(principal.staysMs ?? 0, leaveAfterMs) : 0
    // The key of guests may be on its way, and the following may end meanwhile.
    let id = ''
    let set: HeldSet | undefined
    let current = state
    let ending: Ending | undefined
    const client = principal.guest ?? principal.session ?? ''
    const release = () => ending && set?.release(id, client, ending === 'left' ? 0 : staysMs)
    const hold = (known: string) => {
      id = known
      // Not before: a set that has become empty meanwhile is not renewed any more.
      set = this.#setOf(members ?? joinedPrefix + channel, members !== undefined)
      const { user, alias, address } = principal
      const member = { id, ...(user && { user: user.id }), ...(alias !== undefined && { alias }), state: current }
      set.hold(member, told, user ? id : `address:${address}`, client)
      release()
    }
    this.#whenKnown(principal, hold, () => ending !== undefined)
    return {
      tell(next) {
        current = next
        set?.tell(id, next)
      },
      end(how) {
        ending = how
        release()
      },
    }
  }

  /**
   * Which member the principal is, wherever it is one.
   *
   * @throws {BaroError} `unavailable`: a guest is known by a key, and the broker has it.
   */
  idOf(principal: Principal): NowOrLater<string> {
    if (principal.user) return memberId(principal, '')
    this.#key ??= this.#parts.presence.key().then(
      (key) => {
        this.#key = key
        return key
      },
      (error) => {
        this.#key = undefined
        throw error
      },
    )
    return whenHere(this.#key, (key) => memberId(principal, key))
  }

  /**
   * The node stops. What it holds stays for as long as its lease, so that nobody sees those leave who come back to another
   * node, or to the next process.
   */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    for (const set of this.#sets.values()) set.stop(this.#parts.isAlone)
  }

  close(): void {
    this.stop()
    this.#cancel?.()
  }

  #run(hook: ((context: ChannelContext) => unknown) | undefined, context: ChannelContext): void {
    this.#parts.hooks.run(hook, context)
  }

  #setOf(name: string, isListed: boolean): HeldSet {
    const { clock, log, presence, node, memberLeaseMs, maxListedMembers } = this.#parts
    const known = this.#sets.get(name)
    if (known) return known
    const made = new HeldSet(name, {
      ...{ clock, log, presence, node, lingering: this.#lingering },
      terms: { leaseMs: memberLeaseMs, ...(isListed && { maxListed: maxListedMembers }) },
      nextNumber: () => ++this.#numbers,
      emptied: () => this.#sets.delete(name),
    })
    if (this.#isStopped) made.stop(this.#parts.isAlone)
    this.#sets.set(name, made)
    return made
  }

  /** Tries until it is known: whoever was told that it follows is not asked to come again. */
  #whenKnown(principal: Principal, run: (id: string) => void, isOver: () => boolean): void {
    const known = whenHere(this.idOf(principal), run)
    if (!(known instanceof Promise)) return
    known.catch((error) => {
      const { clock, log } = this.#parts
      log.warn(
        { session: principal.session },
        `A guest cannot be named yet, and is no member until then: ${describeError(error)}`,
      )
      clock.after(retryMs, () => {
        if (!this.#isStopped && !isOver()) this.#whenKnown(principal, run, isOver)
      })
    })
  }

  #renew(): void {
    this.#cancel = this.#parts.clock.after(renewalMs, () => this.#renew())
    const renewed = this.#isStopped ? [] : [...this.#sets.values()].map((set) => set.renew())
    // A node that slept, or could not reach the broker, must not find itself dead.
    if (renewed.every((one) => one === true)) this.#expire()
    else
      Promise.all(renewed).then(
        (all) => all.every(Boolean) && this.#expire(),
        () => {},
      )
  }

  #expire(): void {
    const { presence, log, node } = this.#parts
    const again = this.#unanswered
    const number = again ?? ++this.#numbers
    // Whoever was found is told by this answer alone.
    this.#unanswered = number
    orElse<void>(
      () =>
        whenHere(presence.expire(node, number), (changes) => {
          // A slow answer, after that of the same look made again.
          if (this.#unanswered !== number) return
          this.#unanswered = undefined
          this.#leave(changes)
          if (again !== undefined) this.#expire()
        }),
      (error) => log.warn({}, `Nobody looked for members of dead nodes: ${describeError(error)}`),
    )
  }

  /** Members that no node holds any more: this node found it, so it tells the application. */
  #leave(changes: readonly SetChange[]): void {
    for (const { set, left } of changes) {
      if (!set.startsWith(joinedPrefix)) continue
      const resolved = this.#parts.find(set.slice(joinedPrefix.length))
      if (!resolved) continue
      for (const { user } of left)
        this.#run(resolved.handlers.left, contextOf({ user: user === undefined ? undefined : { id: user } }, resolved))
    }
  }
}
