import { BaroError } from '@baro/core'
import { type Clock, deadlineIn } from '@baro/core/broker'

/**
 * What the application answers, within a time: what never answers must not hold its asker for ever.
 *
 * @param late What did not answer, for `unavailable`; or the error after that time.
 * @throws {BaroError} `unavailable` after it, or what `late` makes; or whatever the answer rejects with.
 */
export function inTime<T>(clock: Clock, ms: number, answer: Promise<T>, late: string | (() => BaroError)): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = deadlineIn(clock, ms, () =>
      reject(
        typeof late === 'string' ? new BaroError('unavailable', `${late} did not answer within ${ms} ms.`) : late(),
      ),
    )
    answer.then(resolve, reject).finally(cancel)
  })
}
