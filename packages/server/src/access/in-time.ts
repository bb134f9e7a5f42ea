import { BaroError } from '@baro/core'
import { type Clock, deadlineIn } from '@baro/core/broker'

/**
 * What the application answers, within a time: what never answers must not hold its asker for ever.
 *
 * @throws {BaroError} `unavailable` after it, with what did not answer; or whatever the answer rejects with.
 */
export function inTime<T>(clock: Clock, ms: number, answer: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = deadlineIn(clock, ms, () =>
      reject(new BaroError('unavailable', `${what} did not answer within ${ms} ms.`)),
    )
    answer.then(resolve, reject).finally(cancel)
  })
}
