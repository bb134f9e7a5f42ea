import type { Cancel, Clock, Randomness } from '@baro/core'
import type { Identity, SessionInfo } from '../channel/handlers.ts'
import type { Hooks } from '../channel/hooks.ts'
import type { Counters } from '../observe/counters.ts'

/** What a hub sees of whoever is connected to it: a session of the SDK, a plain stream, a participant. */
export interface HubSession {
  readonly id: string
  readonly user: Identity | undefined
  /** Time has passed: send a heartbeat, or find that nobody is there. */
  tick(atMs: number): void
  /** Tells the other side when to come back, and closes. */
  drain(reconnectInMs: number): void
  /** What was remembered of publishes is lost, and this is the new life of the claims: who counts on another comes back. */
  claimsLost(epoch: string, reconnectInMs: number): void
}

/** A moment in the life of a session that an application may watch. */
export type Moment = 'connected' | 'disconnected'

type Watcher = (session: SessionInfo) => unknown

/** What keeping sessions works with. */
export interface SessionsParts {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly counters: Pick<Counters, 'sessions'>
  readonly hooks: Hooks
  readonly heartbeatIntervalMs: number
}

/** Within this time everybody comes back after the claims were lost. */
const claimsLostSpreadMs = 5_000

/** How often in a heartbeat interval the sessions are looked at. */
const looksPerInterval = 5

/** Who is here. Each session calls `started`, perhaps `opened`, `ended` and `linkGone`, once and in this order. */
export class Sessions {
  readonly #parts: SessionsParts
  readonly #sessions = new Set<HubSession>()
  /** Sessions whose link is still there: one may have ended before its goodbye has arrived. */
  readonly #links = new Set<HubSession>()
  readonly #welcomed = new WeakSet<HubSession>()
  readonly #watchers: Readonly<Record<Moment, Set<Watcher>>> = { connected: new Set(), disconnected: new Set() }
  readonly #whenNoLinks = new Set<() => void>()
  #isStopping = false
  #stopLooking: Cancel

  constructor(parts: SessionsParts) {
    this.#parts = parts
    this.#stopLooking = this.#lookLater()
  }

  /** Whether the node is stopping: it takes nobody new. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** A link was opened: from now on it gets ticks, and is told of a drain. */
  started(session: HubSession): void {
    this.#sessions.add(session)
    this.#links.add(session)
    this.#parts.counters.sessions++
    if (this.#isStopping) session.drain(0)
  }

  /** The session was let in; applications that watch are told. */
  opened(session: HubSession): void {
    this.#welcomed.add(session)
    this.#tell('connected', session)
  }

  /** It has ended: no ticks any more, though its link may last until the goodbye has arrived. */
  ended(session: HubSession): void {
    if (!this.#sessions.delete(session)) return
    this.#parts.counters.sessions--
    // Who was never let in was never announced.
    if (this.#welcomed.has(session)) this.#tell('disconnected', session)
  }

  /** Its link is gone too. */
  linkGone(session: HubSession): void {
    this.#links.delete(session)
    if (this.#links.size === 0) for (const run of [...this.#whenNoLinks]) run()
  }

  /**
   * What was remembered of publishes is lost. Whoever counts on it comes back, and begins anew: what is on its way on a
   * link was sent before the client could know, so no message on the link itself could say where the new life begins (I5).
   */
  claimsLost(epoch: string): void {
    for (const session of [...this.#sessions]) session.claimsLost(epoch, this.#within(claimsLostSpreadMs))
  }

  /** Calls `run` for each session at this moment of its life; returns how to stop. */
  watch(moment: Moment, run: Watcher): () => void {
    // Of its own, so that a function that watches twice is called twice, and stops once at a time.
    const watcher: Watcher = (session) => run(session)
    this.#watchers[moment].add(watcher)
    return () => {
      this.#watchers[moment].delete(watcher)
    }
  }

  /** Tells everybody to come back at a random moment within `spreadMs`; whoever comes now is told at once. */
  dismiss(spreadMs: number): void {
    this.#isStopping = true
    for (const session of [...this.#sessions]) session.drain(this.#within(spreadMs))
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

  /** Looks at nobody any more. */
  close(): void {
    this.#stopLooking()
  }

  /** A random moment, so that not all come back at once. */
  #within(spreadMs: number): number {
    return Math.round(this.#parts.randomness.fraction() * spreadMs)
  }

  #tell(moment: Moment, { id, user }: HubSession): void {
    for (const run of this.#watchers[moment]) this.#parts.hooks.run(run, { session: id, user })
  }

  #lookLater(): Cancel {
    const { clock, heartbeatIntervalMs } = this.#parts
    return clock.after(heartbeatIntervalMs / looksPerInterval, () => {
      this.#stopLooking = this.#lookLater()
      const nowMs = clock.elapsed()
      for (const session of this.#sessions) session.tick(nowMs)
    })
  }
}
