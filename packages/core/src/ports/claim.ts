import type { ErrorCode } from '../errors.ts'

/** One publish of a client's life: which of its publishes on this channel it is, and what it has the answers to. */
export interface Turn {
  /** One life of a client; it numbers its publishes on each channel by itself. */
  readonly producer: string
  /** From 1, without gaps. */
  readonly number: number
  /** The answers up to this number need not be remembered. */
  readonly confirmed: number
}

/**
 * Names a publish that must happen once (I5), within its channel and its scope: a user, one client of a guest, or the
 * application. Ids are remembered one by one; of turns only the last number and what is not confirmed, so that what is
 * remembered does not grow with what is published.
 */
export type ClaimKey = { readonly scope: string; readonly id: string } | { readonly scope: string; readonly turn: Turn }

/** The answer to a publish, as it is kept with its claim. */
export type Settlement =
  /** It was taken; right after its publication, or `null` if the handler published nothing under its id. */
  | { readonly position: string | null }
  /** It was refused for good. */
  | { readonly code: ErrorCode; readonly message: string }

/** The answer to a claim. */
export type Claimed = {
  /** The life of the claims. */
  readonly epoch: string
} & (
  | {
      /**
       * - `granted`: it is yours. Do the work, then `settle` it or `release` it.
       * - `pending`: somebody has it, or the turn before it, and has not settled yet.
       * - `out-of-turn`: nothing is known of the turn before it, or the claims are in another life than the one counted on.
       *   It is not granted, and whether it was at an earlier time cannot be said.
       */
      readonly outcome: 'granted' | 'pending' | 'out-of-turn'
    }
  /** It was done; this is the first answer. */
  | { readonly outcome: 'settled'; readonly answer: Settlement }
)
