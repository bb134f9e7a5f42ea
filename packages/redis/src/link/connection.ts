import { BaroError, type Log } from '@baro/core'
import type { Cancel, Clock, Randomness } from '@baro/core/broker'
import { addressIn, placeOfServer } from './address.ts'
import { createClusterWire } from './cluster-wire.ts'
import { RedisLink } from './redis-link.ts'
import { createSingleWire } from './single-wire.ts'
import { complaintAbout, complaintAboutConnecting, complaintAboutScript, type Evicting } from './usable.ts'
import type { Wire, WireListener, WireTerms } from './wire.ts'

/** Where Redis is, and how long to wait for it. */
export interface ConnectionParts {
  readonly url: string
  /** Some servers of a cluster, in place of the URL. */
  readonly cluster: readonly string[] | undefined
  /** Where a server of a cluster is reached, by where it says it is. */
  readonly reach?: ((address: string) => { readonly host: string; readonly port: number }) | undefined
  readonly waitMs: number
  /** Whether Redis may delete what is kept to make room. */
  readonly evicting: Evicting
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  heard(name: string, message: string): void
  /** Messages may have been missed. */
  missed(): void
  /** A part of what was kept is lost. */
  repair(): Promise<void>
}

/** Between two attempts to connect. A call that waits must see several of them. */
const longestWaitMs = 2_000
const attemptsInWait = 4

/**
 * The connections of one broker or one store to Redis: opened once, refused with a sentence where that can never become right, and there
 * again by themselves.
 */
export class Connection {
  readonly wire: Wire
  readonly link: RedisLink
  readonly #parts: ConnectionParts
  readonly #where: string
  #isOpen = false
  #isClosed = false
  #refusal: unknown
  #lastFailure = ''

  constructor(parts: ConnectionParts) {
    const { url, cluster, reach, waitMs, clock, randomness, repair } = parts
    const [first = addressIn(url), ...others] = cluster?.map(addressIn) ?? []
    const listener: WireListener = {
      heard: parts.heard,
      back: () => this.#back(),
      missed: () => {
        if (this.#isOpen) parts.missed()
      },
      failed: (error) => this.#failed(error),
    }
    const terms: WireTerms = {
      clock,
      silenceMs: waitMs,
      waitBefore: (attempt) =>
        Math.min(longestWaitMs, waitMs / attemptsInWait, 50 * 2 ** Math.min(attempt, 8)) *
        (0.5 + randomness.fraction() / 2),
    }
    this.#parts = parts
    this.#where = placeOfServer(first)
    this.wire = cluster
      ? createClusterWire([first, ...others], terms, listener, reach)
      : createSingleWire(first, terms, listener)
    this.link = new RedisLink({ wire: this.wire, clock, waitMs, repair })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Whether Redis, or a part of it, is away. */
  get isAway(): boolean {
    return !this.wire.isWhole || this.link.isWaiting
  }

  /**
   * Opens it, and resolves once `prepare` has.
   *
   * @throws {BaroError} `bad-definition` if Redis cannot be used as it is, `unavailable` if it is not there in time. Then it is closed.
   */
  async open(prepare: () => Promise<void>): Promise<void> {
    const { clock, waitMs, cluster, evicting } = this.#parts
    let overdue: Cancel = () => {}
    const late = new Promise<never>((_, reject) => {
      overdue = clock.after(waitMs, () => reject(new BaroError('unavailable', 'It took too long.')))
    })
    const opened = (async () => {
      await this.wire.open()
      for (const info of await this.wire.sendToEach(['INFO'])) {
        const complaint = complaintAbout(this.#where, String(info), { isCluster: cluster !== undefined, evicting })
        if (complaint) throw complaint
      }
      await prepare()
    })()
    opened.catch(() => {})
    try {
      // A wrong password is tried for ever by the client, and will not become right.
      await Promise.race([opened, late, this.#refused()])
      this.#isOpen = true
    } catch (error) {
      this.close()
      throw this.#whyNot(error)
    } finally {
      overdue()
    }
  }

  close(): void {
    this.#isClosed = true
    this.link.close()
    this.wire.close()
  }

  #back(): void {
    if (!this.#isOpen) return
    this.#lastFailure = ''
    this.link.tryAgain()
  }

  #failed(error: unknown): void {
    this.#refusal = error
    const { message } = error as Error
    // Each attempt fails with the same sentence: once is enough.
    if (this.#isOpen && !this.#isClosed && message !== this.#lastFailure)
      this.#parts.log.warn({ code: 'unavailable' }, `Redis at ${this.#where} is away: ${message}`)
    this.#lastFailure = message
  }

  /** Rejects as soon as a connection was refused for a reason that waiting does not change. */
  async #refused(): Promise<never> {
    for (;;) {
      const complaint = complaintAboutConnecting(this.#where, this.#refusal)
      if (complaint) throw complaint
      await new Promise<void>((resolve) => void this.#parts.clock.after(20, resolve))
      if (this.#isOpen || this.#isClosed) return new Promise<never>(() => {})
    }
  }

  #whyNot(error: unknown): unknown {
    const [where, refusal] = [this.#where, this.#refusal]
    const cause = error instanceof BaroError && error.cause !== undefined ? error.cause : error
    const complaint =
      complaintAboutConnecting(where, cause) ??
      complaintAboutConnecting(where, refusal) ??
      complaintAboutScript(where, cause)
    if (complaint) return complaint
    if (error instanceof BaroError && error.code === 'bad-definition') return error
    const { message } = (refusal ?? error) as Error
    return new BaroError('unavailable', `Redis at ${where} is not there: ${message} Start it, or give another URL.`, {
      cause: refusal ?? error,
    })
  }
}
