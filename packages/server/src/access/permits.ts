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
  /** What the user may follow may have changed, and nobody here was told. */
  askAgain(): void
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

/** What is said to whoever follows a channel that its user may not follow any more. */
export function revokedFrom(channel: string): BaroError {
  return new BaroError('refused', `You may not follow "${channel}" any more.`)
}

/** The permits of this node, found by their user. */
export class Permits {
  readonly clock: Clock
  readonly #byUser = new Map<string, Set<Permit>>()

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

  /** What a user has open ends. */
  disconnect(user: string): void {
    for (const permit of [...(this.#byUser.get(user) ?? [])]) permit.over(disconnected())
  }

  /** All that are open now. */
  all(): readonly Permit[] {
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

  askAgain(): void {
    if (!this.#isEnded) this.#holder.askAgain()
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
