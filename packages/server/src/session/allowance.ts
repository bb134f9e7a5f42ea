import { BaroError } from '@baro/core'

/** What is left of an allowance; `exceeded` if this message was one too many. */
export interface Spent {
  readonly left: number
  readonly exceeded: BaroError | undefined
}

/** The messages that may be sent at once: a client may come back with all its subscriptions. */
export function fullAllowance(messagesPerSecond: number): number {
  return 2 * messagesPerSecond
}

/**
 * Takes one message from an allowance (a token bucket) that has refilled for `passedMs`. What is refused costs nothing:
 * else who sends a little too fast would get nothing through at all.
 */
export function spend(allowance: number, passedMs: number, messagesPerSecond: number): Spent {
  const refilled = Math.min(fullAllowance(messagesPerSecond), allowance + (passedMs / 1_000) * messagesPerSecond)
  if (refilled >= 1) return { left: refilled - 1, exceeded: undefined }
  return {
    left: refilled,
    exceeded: new BaroError(
      'rate-limited',
      `More than ${messagesPerSecond} messages per second. Slow down and try again.`,
    ),
  }
}

/**
 * Whether another message may be put to work. Handlers that take longer than messages take to arrive would be a queue
 * without an end (I7).
 *
 * @throws {BaroError} `rate-limited`.
 */
export function assertRoomAtWork(atWork: number, maxMessagesAtWork: number): void {
  if (atWork > maxMessagesAtWork)
    throw new BaroError(
      'rate-limited',
      `${maxMessagesAtWork} messages of this connection are at work already. Wait for an answer and try again.`,
    )
}
