import { InvalidArgumentError } from 'commander'

/** A whole number from 0 on, as an option. */
export function countOf(text: string): number {
  const count = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(count) && count >= 0) return count
  throw new InvalidArgumentError('It must be a whole number.')
}

/** A number of seconds above 0, as an option. */
export function secondsOf(text: string): number {
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= 86_400) return seconds
  throw new InvalidArgumentError('It must be a number of seconds, above 0 and at most a day.')
}

/** How often a second, as an option. */
export function rateOf(text: string): number {
  const rate = Number(text)
  if (Number.isFinite(rate) && rate > 0 && rate <= 1_000) return rate
  throw new InvalidArgumentError('It must be a number above 0, and at most 1,000.')
}
