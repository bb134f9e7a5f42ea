import type { ServerResponse } from 'node:http'
import type { BaroError } from '@baro/core'
import type { Clock, Randomness } from '@baro/core/broker'
import type { HeldRequests } from './held-requests.ts'

/**
 * How long a refusal is held back, in milliseconds: some time between these. Those who were refused together would come
 * again together.
 */
const heldBackMs = { least: 1_000, most: 2_000 }

/** Most refusals that are held back at once; more are answered at once. */
const maxHeldBack = 1_000

/** What holding back works with. */
export interface LateRefusalsParts {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly held: HeldRequests
}

/**
 * Holds back the refusal of a request that came too fast. A loop that asks again as soon as it has an answer, whatever the
 * answer is, would come ever faster, and a refusal costs nearly as much as an answer: so the loop is as slow as its
 * refusals (I7). Nobody else waits longer for it, because whoever is refused is to come back after a second or later.
 * Until then nothing is read from its connection. So a thousand that go away together are not found out together either.
 */
export class LateRefusals {
  readonly #parts: LateRefusalsParts
  #heldBack = 0

  constructor(parts: LateRefusalsParts) {
    this.#parts = parts
  }

  /** Resolves when the refusal may leave: at once, after a second or two, or when its connection is ended here. */
  async hold({ code }: BaroError, response: ServerResponse): Promise<void> {
    const { clock, randomness, held } = this.#parts
    if (code !== 'rate-limited' || response.destroyed) return
    if (!held.mayHold || this.#heldBack >= maxHeldBack) return
    const { socket } = response
    this.#heldBack++
    // Node has the connection read on when it has parsed the end of the request.
    await undefined
    socket?.pause()
    const { least, most } = heldBackMs
    await new Promise<void>((resolve) => {
      const finish = () => {
        cancel()
        forget()
        response.off('close', finish)
        resolve()
      }
      const cancel = clock.after(least + randomness.fraction() * (most - least), finish)
      const forget = held.add(finish)
      response.once('close', finish)
    })
    this.#heldBack--
    socket?.resume()
  }
}
