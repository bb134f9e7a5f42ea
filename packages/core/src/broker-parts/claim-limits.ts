import { type OptionRules, wholeOrUnbounded } from '../option-rules.ts'

/**
 * How many claims may be remembered at a time. More are refused: forgetting one early would mean publishing twice (I5).
 */
export interface ClaimLimits {
  /** Of one user. */
  readonly perUser: number
  /** Of all users. */
  readonly users: number
  /** Of the guests of one address. */
  readonly perAddress: number
  /** Of all guests. */
  readonly guests: number
  readonly application: number
}

/** What a broker takes where it is told nothing. */
export const defaultClaimLimits: ClaimLimits = {
  perUser: 10_000,
  users: 150_000,
  perAddress: 20_000,
  guests: 100_000,
  application: 50_000,
}

/** What may be told. */
export const claimLimitRules: OptionRules<ClaimLimits> = {
  perUser: wholeOrUnbounded('claims', 1),
  users: wholeOrUnbounded('claims', 1),
  perAddress: wholeOrUnbounded('claims', 1),
  guests: wholeOrUnbounded('claims', 1),
  application: wholeOrUnbounded('claims', 1),
}
