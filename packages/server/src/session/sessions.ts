import type { Cancel, Clock, Randomness } from '@baro/core/broker'
import { whoOf } from '../access/principal.ts'
import type { Identity, SessionEnd, SessionInfo } from '../channel/handlers.ts'
import type { Hooks } from '../channel/hooks.ts'
import type { Following } from '../delegate/following.ts'
import type { Counters } from '../observe/counters.ts'
import type { SessionRung } from '../observe/hub-events.ts'
import type { Observing } from '../observe/observation.ts'
import type { LinkTap } from '../ports/socket.ts'

/** A session as its hub sees it: of the SDK, of a plain stream, or of a participant. */
export interface HubSession {
  readonly id: string
  readonly user: Identity | undefined
  /** How it is linked. */
  readonly rung: SessionRung
  readonly address: string | undefined
  /**
   * Called a few times in each heartbeat interval: sends a heartbeat, or finds that nobody is there. For `stoodMs` of the
   * time since the last one the node stood still, and heard nobody.
   */
  tick(atMs: number, stoodMs: number): void
  /** Tells the other side when to come back, and closes. */
  drain(reconnectInMs: number): void
  /** The claims were lost, and `epoch` names their new life. A session that counts on another life ends. */
  claimsLost(epoch: string, reconnectInMs: number): void
  /** What it follows, for who looks. */
  followings(): Iterable<Following>
  /** Bytes that wait for its link. */
  readonly waitingBytes: number
  /** Shows its frames from now on; returns how to stop. `undefined`: it has none that could be seen. */
  tap(tap: LinkTap): (() => void) | undefined
}

/** A moment of a session that an application may watch. */
export type Moment = 'connected' | 'disconnected'

type Watcher = (session: SessionInfo & SessionEnd) => unknown

/** How a session ends that nobody closed. */
export const broken: SessionEnd = { code: 1006, reason: '' }

/** What keeping sessions works with. */
export interface SessionsParts {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly counters: Pick<Counters, 'sessions'>
  readonly hooks: Hooks
  readonly observing: Observing
  readonly heartbeatIntervalMs: number
}

/** Clients come back at random moments within this time, after the claims were lost. */
const claimsLostSpreadMs = 5_000

/** How often in a heartbeat interval the sessions are looked at. */
const looksPerInterval = 5

/** How often those are looked at whose end must be found out soon. */
const closeLookMs = 2_000

/** A look that comes later than this comes after a stand-still: a busy node is late, too, but not by so much. */
const lateMs = 200

/**
 * Knows who is here. Each session calls `started`, perhaps `opened`, `ended` and `linkGone`, once and in this order.
 */
export class Sessions {
  readonly #parts: SessionsParts
  /** Those that have not ended, and whether they were let in. */
  readonly #sessions = new Map<HubSession, boolean>()
  /** Sessions whose link is still there. An ended session keeps its link until its close frame has arrived. */
  readonly #links = new Set<HubSession>()
  readonly #watchers: Readonly<Record<Moment, Set<Watcher>>> = { connected: new Set(), disconnected: new Set() }
  readonly #whenNoLinks = new Set<() => void>()
  /** Those that are looked at more often. */
  readonly #watched = new Set<HubSession>()
  #isStopping = false
  #stopLooking: Cancel
  #stopWatching: Cancel | undefined

  constructor(parts: SessionsParts) {
    this.#parts = parts
    this.#stopLooking = this.#lookLater()
  }

  /** Whether the node is stopping, so that it takes no new session. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Those that were let in and have not ended. */
  *open(): Iterable<HubSession> {
    for (const [session, isLetIn] of this.#sessions) if (isLetIn) yield session
  }

  /** A link was opened. From now on the session gets ticks, and is told of a drain. */
  started(session: HubSession): void {
    this.#sessions.set(session, false)
    this.#links.add(session)
    this.#parts.counters.sessions++
    if (this.#isStopping) session.drain(0)
  }

  /** The session was let in. Watchers of `connected` are told. */
  opened(session: HubSession): void {
    if (this.#sessions.has(session)) this.#sessions.set(session, true)
    this.#tell('connected', session)
    this.#parts.observing.connected?.(whoIs(session))
  }

  /** The session has ended and gets no more ticks. Its link may last until its close frame has arrived. */
  ended(session: HubSession, end: SessionEnd): void {
    const wasLetIn = this.#sessions.get(session)
    if (!this.#sessions.delete(session)) return
    this.#watched.delete(session)
    this.#parts.counters.sessions--
    // A session that was never let in was not announced, so its end is not announced either.
    if (!wasLetIn) return
    this.#tell('disconnected', session, end)
    this.#parts.observing.disconnected?.({ ...whoIs(session), ...end })
  }

  /** The link of the session is gone too. */
  linkGone(session: HubSession): void {
    this.#links.delete(session)
    if (this.#links.size === 0) for (const run of [...this.#whenNoLinks]) run()
  }

  /**
   * The claims were lost, and `epoch` names their new life. Sessions that count on the old life end, and their clients
   * come back. A message on the open link would not do: what is on its way there was sent before the client could know,
   * so no message could say where the new life begins (I5).
   */
  claimsLost(epoch: string): void {
    for (const session of [...this.#sessions.keys()]) session.claimsLost(epoch, this.#within(claimsLostSpreadMs))
  }

  /** Calls `run` for each session that connects or disconnects. Returns a function that stops it. */
  watch(moment: Moment, run: Watcher): () => void {
    // A function of its own, so that `run` may watch twice, and each watch stops by itself.
    const watcher: Watcher = (session) => run(session)
    this.#watchers[moment].add(watcher)
    return () => {
      this.#watchers[moment].delete(watcher)
    }
  }

  /**
   * Drains every session: its client comes back at a random moment within `spreadMs`. New sessions are drained at once.
   */
  dismiss(spreadMs: number): void {
    const { size } = this.#sessions
    if (!this.#isStopping && size > 0) this.#parts.observing.draining?.({ sessions: size })
    this.#isStopping = true
    for (const session of [...this.#sessions.keys()]) session.drain(this.#within(spreadMs))
  }

  /** Resolves when the last link is gone, or after `timeoutMs`. */
  whenGone(timeoutMs: number): Promise<void> {
    if (this.#links.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        cancel()
        this.#whenNoLinks.delete(finish)
        resolve()
      }
      const cancel = this.#parts.clock.after(timeoutMs, finish)
      this.#whenNoLinks.add(finish)
    })
  }

  /** From now on it gets a tick every 2 seconds. */
  watchClosely(session: HubSession): void {
    if (!this.#sessions.has(session)) return
    this.#watched.add(session)
    this.#stopWatching ??= this.#watchLater()
  }

  /** Stops the ticks. */
  close(): void {
    this.#stopLooking()
    this.#stopWatching?.()
  }

  /** A random time, so that not all clients come back at once. */
  #within(spreadMs: number): number {
    return Math.round(this.#parts.randomness.fraction() * spreadMs)
  }

  #tell(moment: Moment, { id, user }: HubSession, end?: SessionEnd): void {
    // Watchers of `connected` are told no end, and take none.
    const told = { session: id, user, ...end } as SessionInfo & SessionEnd
    for (const run of this.#watchers[moment]) this.#parts.hooks.run(run, told)
  }

  #watchLater(): Cancel {
    return this.#lookIn(closeLookMs, (nowMs, stoodMs) => {
      this.#stopWatching = this.#watched.size > 0 ? this.#watchLater() : undefined
      for (const session of this.#watched) session.tick(nowMs, stoodMs)
    })
  }

  #lookLater(): Cancel {
    return this.#lookIn(this.#parts.heartbeatIntervalMs / looksPerInterval, (nowMs, stoodMs) => {
      this.#stopLooking = this.#lookLater()
      for (const session of this.#sessions.keys()) if (!this.#watched.has(session)) session.tick(nowMs, stoodMs)
    })
  }

  /** Timers come before what lies in the sockets, which may be signs of life: so it looks a turn later. */
  #lookIn(ms: number, look: (nowMs: number, stoodMs: number) => void): Cancel {
    const { clock } = this.#parts
    const dueMs = clock.elapsed() + ms
    let cancel = clock.after(ms, () => {
      const late = clock.elapsed() - dueMs
      cancel = clock.after(0, () => look(clock.elapsed(), late > lateMs ? late : 0))
    })
    return () => cancel()
  }
}

function whoIs({ id, user, rung, address }: HubSession) {
  return whoOf({ session: id, user, rung, address })
}
