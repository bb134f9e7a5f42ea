import type { Json } from '@baro/core'
import { type NowOrLater, orElse, whenHere } from '@baro/core/broker'
import type { Position } from '@baro/core/protocol'
import type { Allowances } from '../access/allowances.ts'
import type { Gate } from '../access/gate.ts'
import { prices } from '../access/prices.ts'
import { type Principal, whoIn } from '../access/principal.ts'
import type { Resolved } from '../channel/registry.ts'
import type { Counters } from '../observe/counters.ts'
import type { Observing } from '../observe/observation.ts'
import type { Attendance, Attending, Ending } from '../presence/attendance.ts'
import { stateOfMember } from '../presence/member-state.ts'
import type { Feed } from '../stream/feed.ts'
import type { Feeds } from '../stream/feeds.ts'
import { isBehind } from '../stream/is-behind.ts'
import { type Outlet, Reader, type ReadsFor, type Standing } from '../stream/reader.ts'

/** What following works with. */
export interface FollowingParts {
  readonly gate: Gate
  readonly attendance: Attendance
  readonly feeds: Feeds
  readonly allowances: Pick<Allowances, 'spend'>
  readonly counters: Counters
  readonly observing: Observing
}

/** Where a following starts: at a position; `'now'`, with what comes next; or `undefined`, with a reset. */
export type Start = Position | 'now' | undefined

/** Whether the access rule is still to be asked. A transport asks it before it opens a stream. */
export type RuleCheck = 'ask' | 'asked'

/** One time that a following begins. */
interface Beginning {
  /** Which one it is. */
  readonly begun: number
  readonly start: Start
  // biome-ignore lint/suspicious/noExplicitAny: a reader writes in the dialect of its own outlet; here it is only passed on.
  readonly outlet: Outlet<any, any>
  readonly isPublic: boolean
}

/** One principal follows one channel. It joins once, and may begin again from another position. */
export class Following implements ReadsFor {
  readonly #parts: FollowingParts
  #principal: Principal
  #resolved: Resolved
  #feed: Feed | undefined
  // biome-ignore lint/suspicious/noExplicitAny: a reader writes in the dialect of its own outlet; here it is only made and ended.
  #reader: Reader<any, any> | undefined
  /** How often it began. What an earlier beginning still waits for is ignored. */
  #begun = 0
  #attending: Attending | undefined
  #hasJoined = false
  /** What its principal tells of itself, where that makes it a member. */
  #state: Json | undefined

  constructor(parts: FollowingParts, principal: Principal, resolved: Resolved) {
    this.#parts = parts
    this.#principal = principal
    this.#resolved = resolved
  }

  get resolved(): Resolved {
    return this.#resolved
  }

  /** Who follows: its reader asks each time. */
  get principal(): Principal {
    return this.#principal
  }

  /** Where its principal stands, for who looks. */
  get standing(): Standing {
    return this.#reader?.standing ?? { is: 'asking', offset: undefined }
  }

  /**
   * Begins to follow, or begins again. The outlet is told everything until the following begins again or ends. A
   * failure goes to `outlet.failed`; the owner of the outlet then ends the following.
   *
   * It stays synchronous where there is nothing to wait for, unless the outlet wants its first answer `soon`: thousands that
   * come back at once must not wait in a queue of promises.
   */
  begin<Said, SaidSignal>(start: Start, outlet: Outlet<Said, SaidSignal>, rule: RuleCheck = 'ask', state?: Json): void {
    const { gate } = this.#parts
    this.#reader?.end()
    this.#reader = undefined
    const beginning = { begun: ++this.#begun, start, outlet, isPublic: gate.isPublic(this.#resolved) }
    this.#parts.observing.subscribed?.({ ...this.#who, from: startOf(start) })
    // Whoever is told may end it: then nobody would ever let go what it held or joined from here on (I8, I9).
    if (!this.#isCurrent(beginning)) return
    const { owner, members } = this.#resolved
    // Where nobody is asked, nothing is waited for either.
    if (beginning.isPublic && members === undefined) return this.#open(beginning)
    const tell = (): NowOrLater<void> => {
      if (!owner || members === undefined) return this.#open(beginning)
      return whenHere(stateOfMember(owner, state), (told) => {
        if (!this.#isCurrent(beginning)) return
        this.#state = told
        this.#open(beginning)
      })
    }
    const ask = () => gate.assertAllowed(this.#resolved, this.#principal, 'read')
    orElse<void>(rule === 'asked' || beginning.isPublic ? tell : () => whenHere(ask(), tell), (error) =>
      this.#fail(beginning, error),
    )
  }

  #isCurrent({ begun }: Beginning): boolean {
    return begun === this.#begun
  }

  #fail(beginning: Beginning, error: unknown): void {
    if (this.#isCurrent(beginning)) beginning.outlet.failed(error)
  }

  #open(beginning: Beginning): void {
    if (!this.#isCurrent(beginning)) return
    const feed = this.#hold()
    if (feed.isOpen) this.#begin(feed, beginning)
    else feed.opened.then(() => this.#begin(feed, beginning)).catch((error) => this.#fail(beginning, error))
  }

  #begin(feed: Feed, beginning: Beginning): void {
    if (!this.#isCurrent(beginning)) return
    const { start, outlet, isPublic } = beginning
    if (isPublic || start === 'now' || !isBehind(feed, start)) return this.#read(feed, start, outlet)
    this.#parts.gate
      .allows(this.#resolved, this.#principal, 'history')
      .then((isAllowed) => this.#isCurrent(beginning) && this.#read(feed, start, outlet, !isAllowed))
      .catch((error) => this.#fail(beginning, error))
  }

  /** Asks the rule again, because what its principal may do has changed. A refusal goes to `outlet.failed`. */
  askAgain(outlet: Pick<Outlet<unknown>, 'failed'>): void {
    const { gate } = this.#parts
    if (gate.isPublic(this.#resolved)) return
    const begun = this.#begun
    orElse<void>(
      () => gate.assertAllowed(this.#resolved, this.#principal, 'read'),
      (error) => {
        if (begun === this.#begun) outlet.failed(error)
      },
    )
  }

  /** Goes on for somebody else: whoever it was for leaves, and whoever it is for joins. Nothing is missed. */
  handOver(principal: Principal): void {
    const { attendance } = this.#parts
    this.#attending?.end('left')
    this.#principal = principal
    if (this.#hasJoined) this.#attending = attendance.join(this.#resolved, this.#principal, this.#state)
  }

  /** Ends the following. The outlet is told nothing more. `gone`: the client may come back by another link. */
  end(ending: Ending = 'gone'): void {
    const hadBegun = this.#begun > 0
    this.#begun++
    this.#reader?.end()
    this.#reader = undefined
    if (this.#feed) this.#parts.feeds.release(this.#feed)
    this.#feed = undefined
    this.#hasJoined = false
    this.#attending?.end(ending)
    this.#attending = undefined
    // Last, so that whoever is told finds it ended.
    if (hadBegun) this.#parts.observing.unsubscribed?.(this.#who)
  }

  get #who() {
    return whoIn(this.#resolved.channel, this.#principal)
  }

  #hold(): Feed {
    const { feeds, allowances } = this.#parts
    if (!this.#feed && !feeds.isHeld(this.#resolved)) allowances.spend(this.#principal, prices.feed, 0)
    this.#feed ??= feeds.hold(this.#resolved)
    // The feed's object, so that ten thousand followers of a channel do not keep one each.
    this.#resolved = this.#feed.resolved
    return this.#feed
  }

  #read<Said, SaidSignal>(feed: Feed, start: Start, outlet: Outlet<Said, SaidSignal>, isRefused = false): void {
    if (!this.#hasJoined) {
      this.#hasJoined = true
      this.#attending = this.#parts.attendance.join(this.#resolved, this.#principal, this.#state)
    } else if (this.#state !== undefined) this.#attending?.tell(this.#state)
    const position = start === 'now' ? feed.position : start
    const reader = new Reader(feed, outlet, this.#parts.counters, position, isRefused, this)
    this.#reader = reader
    reader.start()
  }
}

/** A start for observers: an offset is for people, and a position is not. */
function startOf(start: Start): number | 'queried' | 'now' | 'none' {
  if (start === undefined) return 'none'
  if (start === 'now') return start
  return start.kind === 'at' ? start.offset : start.kind
}
