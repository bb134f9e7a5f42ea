import { BaroError, type Json } from '@baro/core'
import type { Participant, Present } from '@baro/server'
import type { GatewayHost } from '@baro/server/parts'

/** Called once: without an error if what was told was taken. */
export type Done = (error?: unknown) => void

/** What one client tells of itself in one channel, and whether it is a member there. */
export class Membership {
  readonly #host: Pick<GatewayHost, 'hasMembers'>
  readonly #channel: string
  #participant: Participant | undefined
  #present: Present | undefined
  /** What it tells now; absent while it does not want to be shown. */
  #told: { readonly state: Json } | undefined
  /** Who waits to know whether the newest was taken. */
  #done: Done | undefined

  constructor(host: Pick<GatewayHost, 'hasMembers'>, channel: string) {
    this.#host = host
    this.#channel = channel
  }

  /** Whether the client is shown, or asks to be. */
  get isTold(): boolean {
    return this.#told !== undefined
  }

  /** The client is somebody from now on. Whoever it was before is gone with its participant. */
  become(participant: Participant): void {
    this.#participant = participant
    this.#present = undefined
    if (this.#told) this.track(this.#told.state, () => {})
  }

  track(state: Json, done: Done): void {
    if (!this.#host.hasMembers(this.#channel))
      return done(
        new BaroError(
          'not-accepted',
          `Nobody is told who is in "${this.#channel}". Give its definition members: { state }.`,
        ),
      )
    this.#told = { state }
    // Of two that come close together, the second is what counts.
    this.#settle()
    this.#done = done
    if (this.#present) this.#present.update(state)
    else this.#begin(state)
  }

  untrack(): void {
    this.#present?.end()
    this.#present = undefined
    this.#told = undefined
    this.#settle()
  }

  #begin(state: Json): void {
    const participant = this.#participant
    const isCurrent = () => participant === this.#participant
    try {
      const present = participant?.track({ channel: this.#channel }, state, {
        taken: () => isCurrent() && this.#settle(),
        failed: (error) => isCurrent() && this.#fail(error),
      })
      // A refusal may have come before this returned.
      if (this.#told) this.#present = present
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#present = undefined
    this.#told = undefined
    this.#settle(error)
  }

  #settle(error?: unknown): void {
    const done = this.#done
    this.#done = undefined
    done?.(error)
  }
}
