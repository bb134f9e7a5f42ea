/** Everybody's allowances on this node: of each link, and above it of each user, else of each address. */
import { BaroError, type Log } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import type { Limits } from '../ports/limits.ts'
import { costMs, type Rate, spend, waitMs } from './allowance.ts'
import { prices } from './prices.ts'
import type { Principal } from './principal.ts'
import { Shares } from './shares.ts'

/** What allowances work with. */
export interface AllowancesParts {
  readonly clock: Clock
  readonly limits: Pick<
    Limits,
    'messagesPerSecond' | 'bytesPerSecond' | 'timesPerUser' | 'timesPerAddress' | 'timesPerKey'
  >
  readonly log: Log
}

/** Whose share it is: that of a user or of a server key, or that of the address where nobody was let in. */
export type Sharing = Pick<Principal, 'user' | 'key' | 'address'>

/** The shortest time after which a refused request is asked to come again. */
const shortestRetryMs = 1_000

export class Allowances {
  readonly clock: Clock
  /** The rate of one link. */
  readonly rate: Rate
  readonly #log: Log
  readonly #users: Shares
  readonly #addresses: Shares
  readonly #keys: Shares
  /** Of addresses, what came with a token or a cookie and was nobody's. */
  readonly #pretended: Shares
  #hasWarned = false

  constructor({ clock, limits, log }: AllowancesParts) {
    const { messagesPerSecond, bytesPerSecond, timesPerUser, timesPerAddress, timesPerKey } = limits
    const times = (count: number): Rate => ({
      messagesPerSecond: count * messagesPerSecond,
      bytesPerSecond: count * bytesPerSecond,
    })
    this.clock = clock
    this.rate = times(1)
    this.#log = log
    this.#users = new Shares(times(timesPerUser))
    this.#addresses = new Shares(times(timesPerAddress))
    this.#keys = new Shares(times(timesPerKey))
    this.#pretended = new Shares(times(timesPerAddress))
  }

  /** Spends of whoever it is, whether it is there or not: what has come has come. */
  spend({ user, key, address }: Sharing, messages: number, bytes: number, nowMs: number = this.clock.elapsed()): void {
    if (key) this.#keys.spend(key.name, nowMs, messages, bytes)
    else if (user) this.#users.spend(user.id, nowMs, messages, bytes)
    else if (address !== undefined) this.#addresses.spend(address, nowMs, messages, bytes)
  }

  /** How long nothing more may come from whoever it is; 0 if it may. */
  waitMs({ user, key, address }: Sharing, nowMs: number = this.clock.elapsed()): number {
    if (key) return this.#keys.waitMs(key.name, nowMs)
    if (user) return this.#users.waitMs(user.id, nowMs)
    const wait = address === undefined ? 0 : this.#addresses.waitMs(address, nowMs)
    if (wait > 0) this.#warn(address)
    return wait
  }

  /**
   * Takes one request, which cannot be left unread as a message of a link can.
   *
   * @param price In messages (`prices.ts`).
   * @throws {BaroError} `rate-limited`.
   */
  admit(sharing: Sharing, price: number): void {
    const wait = this.waitMs(sharing)
    if (wait > 0) throw tooMuch(sharing, wait)
    this.spend(sharing, price, 0)
  }

  /**
   * Refuses a request before anything is done for it. It may come from a user, for whom the guests of the same address
   * count nothing: then only what pretended to be one does.
   *
   * @throws {BaroError} `rate-limited`.
   */
  assertMayAsk(address: string | undefined, mayBeUser: boolean): void {
    if (address === undefined) return
    const wait = mayBeUser ? this.#pretended.waitMs(address, this.clock.elapsed()) : this.waitMs({ address })
    if (wait > 0) throw tooMuch({ address }, wait)
  }

  /** Pays for a request that was refused; it may have come from a user. */
  refused(address: string | undefined, mayBeUser: boolean): void {
    if (address === undefined) return
    const shares = mayBeUser ? this.#pretended : this.#addresses
    shares.spend(address, this.clock.elapsed(), prices.refusal, 0)
  }

  /** Once: a proxy that was not named makes one address of everybody, and nobody would know why all are slow. */
  #warn(address: string | undefined): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#log.warn(
      { code: 'rate-limited' },
      `More comes from ${JSON.stringify(address)} than one address may send. If that is a proxy: createHub({ trustProxy: 1 }). To let more in: createHub({ limits: { timesPerAddress: Infinity } }).`,
    )
  }
}

function tooMuch({ user, key }: Sharing, waitMs: number): BaroError {
  const retryAfterMs = Math.max(shortestRetryMs, Math.ceil(waitMs))
  return new BaroError(
    'rate-limited',
    `Too much comes from this ${key ? 'server key' : user ? 'user' : 'address'}. Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`,
    { retryAfterMs },
  )
}

/** Messages in a row that could not be read, after which a link is closed. */
const maxMistakes = 100

/** What a message costs that could not be read: it is answered, and no client of ours sends one. */
const costOfMistake = 10

/** The allowance of one link. Two numbers, because a node has many idle links. */
export class LinkAllowance {
  readonly #allowances: Allowances
  readonly #sharing: Sharing
  #earnedAtMs = 0
  #mistakes = 0

  /** @param sharing Above the link. Its user may become known later. */
  constructor(allowances: Allowances, sharing: Sharing) {
    this.#allowances = allowances
    this.#sharing = sharing
  }

  /** Spends; returns how long nothing more may be read from the link. 0: read on. */
  spend(messages: number, bytes: number): number {
    const { clock, rate } = this.#allowances
    const nowMs = clock.elapsed()
    const cost = costMs(rate, messages, bytes)
    if (cost > 0) {
      this.#earnedAtMs = spend(this.#earnedAtMs, nowMs, cost)
      this.#allowances.spend(this.#sharing, messages, bytes, nowMs)
    }
    return Math.max(waitMs(this.#earnedAtMs, nowMs, costMs(rate, 1, 0)), this.#allowances.waitMs(this.#sharing, nowMs))
  }

  /** A message could not be read. Returns whether it was one too many, so that the link is to be closed. */
  mistake(): boolean {
    this.spend(costOfMistake - 1, 0)
    return ++this.#mistakes > maxMistakes
  }

  /** A message could be read. */
  understood(): void {
    this.#mistakes = 0
  }

  /** Somebody was let in: what the link has spent until now is spent by the user, too. Returns how long to wait. */
  known(): number {
    const { clock, rate } = this.#allowances
    const spentMs = Math.max(0, this.#earnedAtMs - clock.elapsed())
    this.#allowances.spend(this.#sharing, (spentMs * rate.messagesPerSecond) / 1_000, 0)
    return this.#allowances.waitMs(this.#sharing)
  }
}
