import type { Clock } from '@baro/core/broker'
import { decodeJwt, type JWTPayload } from 'jose'

/** For so long a token counts as verified. A key that its issuer has withdrawn is used for as much longer. */
const rememberMs = 60_000
/** Most characters that are remembered of all tokens: ten thousand or more of them. */
export const mostCharacters: number = 4 << 20

/**
 * Tokens that were verified a moment ago. A client without WebSocket shows its token with each request, and to verify each of them was a
 * fifth of what a chat server does (*measured*: `npm run bench -w @baro/bench -- mix`, three in ten without WebSocket).
 */
export class VerifiedTokens {
  readonly #clock: Pick<Clock, 'now'>
  /** Until when each counts. All are remembered for as long, so who came first goes first. */
  readonly #untilMs = new Map<string, number>()
  #characters = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** What a token says that was verified and counts now. Each caller gets an object of its own: what one changes, nobody else sees. */
  claimsOf(token: string): JWTPayload | undefined {
    const untilMs = this.#untilMs.get(token)
    return untilMs !== undefined && this.#clock.now() < untilMs ? decodeJwt(token) : undefined
  }

  /** @param endsAtMs When the token itself ends. */
  remember(token: string, endsAtMs: number): void {
    const nowMs = this.#clock.now()
    this.#forget(token)
    this.#untilMs.set(token, Math.min(endsAtMs, nowMs + rememberMs))
    this.#characters += token.length
    for (const [first, untilMs] of this.#untilMs) {
      if (untilMs > nowMs && this.#characters <= mostCharacters) break
      this.#forget(first)
    }
  }

  #forget(token: string): void {
    if (this.#untilMs.delete(token)) this.#characters -= token.length
  }
}
