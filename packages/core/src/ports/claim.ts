import type { ErrorCode } from '../errors.ts'

/** One publish of a producer: which of its publishes on this channel it is, and which answers have arrived. */
export interface Turn {
  /** The id of one life of a client, for example of a tab. A producer numbers its publishes on each channel. */
  readonly producer: string
  /** From 1, without gaps. */
  readonly number: number
  /** The client has the answers up to this number, so they need not be remembered. */
  readonly confirmed: number
}

/**
 * Names a publish that must happen once (I5), within its channel and its scope. A scope is a user, one client of a
 * guest, or the application. Ids are remembered one by one. Of turns, only the last number and the unconfirmed answers
 * are remembered, so memory does not grow with the number of publishes.
 */
export type ClaimKey = { readonly scope: string; readonly id: string } | { readonly scope: string; readonly turn: Turn }

/**
 * Whose room a claim takes. Each of these has its own, so that nobody's is anybody else's (I7): guests invent as many
 * scopes as they like, and must not fill what is remembered for users, or for the application. It is no part of the key:
 * a guest who comes back from another address must find its claim.
 */
export type ClaimShare =
  | { readonly of: 'application' }
  | { readonly of: 'user'; readonly user: string }
  /** `address` is the same text for all who share one; empty where none is known. */
  | { readonly of: 'guest'; readonly address: string }

/** The answer to a publish for good, as it is kept with its claim. */
export type Settlement =
  /**
   * It was taken. The position is right after its publication; `null` if the handler published nothing under its id.
   */
  | { readonly position: string | null }
  /** It was refused for good. */
  | { readonly code: ErrorCode; readonly message: string }

/** What a claim came to. */
export type Claimed = {
  /** The life of the claims. */
  readonly epoch: string
} & (
  | {
      /**
       * - `granted`: the claim is yours. Do the work, then `settle` or `release` it.
       * - `pending`: somebody holds this claim, or the turn before it, and has not settled it yet.
       * - `out-of-turn`: the turn before it is not remembered, or the claims are in another life than the claimant
       *   counts on. The claim is not granted. It may have been granted at an earlier time; nobody knows.
       */
      readonly outcome: 'granted' | 'pending' | 'out-of-turn'
    }
  /** The publish was answered before; this is that answer. */
  | { readonly outcome: 'settled'; readonly answer: Settlement }
)
