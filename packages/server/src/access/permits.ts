/**
 * Until when somebody may use a link, or a request that is held: until the token expires, exactly by the clock, or until
 * the application says so (I8). Guests hold none, because nothing of theirs ends.
 */
import { BaroError } from '@baro/core'
import type { Cancel, Clock } from '@baro/core/broker'
import type { Identity } from '../channel/handlers.ts'

/** A link or a request of somebody who was let in. */
export interface Holder {
  /** Nothing more may be handed over, of any channel. */
  over(error: BaroError): void
  /** The user may not follow this channel any more; none, if it is left out. */
  revoked(channel: string | undefined): void
  /**
   * The user may have been revoked or disconnected, and nobody here was told. Who it is can be asked only when it comes again,
   * with its token, so it has to.
   */
  comeBack(): void
}

/** Whether a token has expired. A time that is no number is over too: what cannot be read must not let anybody in. */
export function isOver(clock: Clock, user: Identity | undefined): boolean {
  return user?.expiresAtMs !== undefined && !(user.expiresAtMs > clock.now())
}

/** How long a token lasts from now on, as a message says it; absent if it never expires. */
export function expiresIn(clock: Pick<Clock, 'now'>, user: Identity | undefined): { readonly expiresInMs?: number } {
  const { expiresAtMs } = user ?? {}
  if (expiresAtMs === undefined || expiresAtMs - clock.now() > Number.MAX_SAFE_INTEGER) return {}
  return { expiresInMs: Math.max(0, Math.floor(expiresAtMs - clock.now())) }
}

/** What is said to whoever comes with, or still has, a token that has expired. */
export function expired(): BaroError {
  return new BaroError('expired', 'The token has expired. Come back with a new one.')
}

/** What is said to a user whom the application has disconnected. */
function disconnected(): BaroError {
  return new BaroError('expired', 'What the token allows was ended. Come back with a new one.')
}

/** What is said to a user of whom this node does not know whether it may go on. */
export function unsure(): BaroError {
  return new BaroError('unavailable', 'Whether you may go on must be asked again. Come back.')
}

/** What is said to whoever follows a channel that its user may not follow any more. */
export function revokedFrom(channel: string): BaroError {
  return new BaroError('refused', `You may not follow "${channel}" any more.`)
}

/** Users who were disconnected last, remembered for those that are being found out; bounded (I7). */
const mostRemembered = 1_000

/** The permits of this node, found by their user. */
export class Permits {
  readonly clock: Clock
  readonly #byUser = new Map<string, Set<Permit>>()
  /** Counts what was heard, so that it can be said what came after what. */
  #heard = 0
  /** Users who were disconnected, the last one at the end, and when that was heard. */
  readonly #disconnected = new Map<string, number>()
  /** What was heard, or missed, up to here is not known any more. */
  #unknownUpTo = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Opens a permit, which its holder ends. There is none for a guest. */
  open(user: Identity | undefined, holder: Holder): Permit | undefined {
    if (!user) return undefined
    const permit = new Permit(this.clock, user, holder, () => {
      permits.delete(permit)
      if (permits.size === 0 && this.#byUser.get(user.id) === permits) this.#byUser.delete(user.id)
    })
    const permits = this.#byUser.get(user.id) ?? new Set()
    this.#byUser.set(user.id, permits.add(permit))
    return permit
  }

  /** A user may not follow a channel any more, or none. */
  revoke(user: string, channel: string | undefined): void {
    for (const permit of [...(this.#byUser.get(user) ?? [])]) permit.revoked(channel)
  }

  /** How much was heard so far. Taken before `auth` is asked, for {@link assertNotDisconnected}. */
  get heard(): number {
    return this.#heard
  }

  /**
   * Nobody could be told of a disconnect who was being found out meanwhile: `auth` may have looked before it.
   *
   * @throws {BaroError} `expired` if the user was disconnected since; `unavailable` if that is not known.
   */
  assertNotDisconnected(user: Identity | undefined, since: number): void {
    if (!user) return
    if ((this.#disconnected.get(user.id) ?? 0) > since) throw disconnected()
    if (since < this.#unknownUpTo) throw unsure()
  }

  /** What a user has open ends. */
  disconnect(user: string): void {
    this.#disconnected.delete(user)
    this.#disconnected.set(user, ++this.#heard)
    const [oldest] = this.#disconnected
    if (oldest && this.#disconnected.size > mostRemembered) {
      this.#disconnected.delete(oldest[0])
      this.#unknownUpTo = oldest[1]
    }
    for (const permit of [...(this.#byUser.get(user) ?? [])]) permit.over(disconnected())
  }

  /** Something may not have been heard. Returns all that are open now, which have to come back. */
  missed(): readonly Permit[] {
    this.#unknownUpTo = ++this.#heard
    return [...this.#byUser.values()].flatMap((permits) => [...permits])
  }
}

/** What lets one holder go on. */
export class Permit {
  readonly #clock: Clock
  readonly #holder: Holder
  readonly #forget: () => void
  #cancel: Cancel | undefined
  #isEnded = false

  constructor(clock: Clock, user: Identity, holder: Holder, forget: () => void) {
    this.#clock = clock
    this.#holder = holder
    this.#forget = forget
    this.#watch(user)
  }

  over(error: BaroError): void {
    this.#holder.over(error)
  }

  revoked(channel: string | undefined): void {
    this.#holder.revoked(channel)
  }

  comeBack(): void {
    if (!this.#isEnded) this.#holder.comeBack()
  }

  /** The permit is not needed any more. Calling it again changes nothing. */
  end(): void {
    this.#isEnded = true
    this.#cancel?.()
    this.#forget()
  }

  /** Asks again when the time should have come: the clock of the machine may have been set back, and a timer fires early. */
  #watch(user: Identity): void {
    const { expiresAtMs } = user
    if (expiresAtMs === undefined) return
    this.#cancel = this.#clock.after(Math.max(1, expiresAtMs - this.#clock.now()), () => {
      if (isOver(this.#clock, user)) this.#holder.over(expired())
      else this.#watch(user)
    })
  }
}
