import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BaroError } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import type { HeldRequests } from './held-requests.ts'

/** How long a refusal is held back, in milliseconds. */
const heldBackMs = 1_000

/** Most refusals that are held back at once; more are answered at once. */
const maxHeldBack = 1_000

/** What holding back works with. */
export interface LateRefusalsParts {
  readonly clock: Clock
  readonly held: HeldRequests
}

/**
 * Holds back the refusal of a request that said it would wait, and came too fast. A loop that asks again as soon as it
 * has an answer, whatever the answer is, would come ever faster: it is as slow as its refusals.
 */
export class LateRefusals {
  readonly #parts: LateRefusalsParts
  #heldBack = 0

  constructor(parts: LateRefusalsParts) {
    this.#parts = parts
  }

  /** Resolves when the refusal may leave: at once, after a second, or when nobody waits for it any more. */
  async hold({ code }: BaroError, { url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, held } = this.#parts
    const wait = Number(new URLSearchParams(url.split('?')[1] ?? '').get('wait'))
    if (code !== 'rate-limited' || !(wait > 0) || response.destroyed) return
    if (!held.mayHold || this.#heldBack >= maxHeldBack) return
    this.#heldBack++
    await new Promise<void>((resolve) => {
      const finish = () => {
        cancel()
        forget()
        response.off('close', finish)
        resolve()
      }
      const cancel = clock.after(heldBackMs, finish)
      const forget = held.add(finish)
      response.once('close', finish)
    })
    this.#heldBack--
  }
}
