import type { Clock } from '@baro/core/broker'
import type { SeededRandomness } from '../seeded-randomness.ts'

/** What a token says. */
export interface Token {
  readonly user: string
  /** On the clock of the wall; `undefined` for never. */
  readonly expiresAtMs: number | undefined
}

/** What an issuer works with. */
export interface IssuerParts {
  readonly clock: Clock
  readonly randomness: SeededRandomness
  /** Shortest and longest life of a token; `undefined`: they never expire. */
  lastsMs(): readonly [number, number] | undefined
}

/** Gives users their tokens, and knows whose a token is. A disconnect ends the tokens that a user has, and no later ones. */
export class Issuer {
  readonly #parts: IssuerParts
  readonly #tokens = new Map<string, Token>()
  readonly #ended = new Set<string>()
  /** Nobody gets a token. */
  isAway = false

  constructor(parts: IssuerParts) {
    this.#parts = parts
  }

  issue(user: string): string {
    const { clock, randomness, lastsMs } = this.#parts
    const lasts = lastsMs()
    const text = `${user} ${this.#tokens.size}`
    this.#tokens.set(text, { user, expiresAtMs: lasts && clock.now() + randomness.integer(...lasts) })
    return text
  }

  find(text: string): Token | undefined {
    return this.#tokens.get(text)
  }

  /** Whether a token was ended before it expires. */
  hasEnded(text: string): boolean {
    return this.#ended.has(text)
  }

  endAllOf(user: string): void {
    for (const [text, token] of this.#tokens) if (token.user === user) this.#ended.add(text)
  }
}
