import { BaroError } from '@baro/core'
import type { Settlement } from '@baro/core/broker'

/** The claim of a publish was settled otherwise, or forgotten, before the append. So nothing was appended. */
export class ClaimOver extends BaroError {
  readonly answer: Settlement | undefined

  constructor(answer: Settlement | undefined) {
    super('unknown-outcome', 'The handler took so long that its publish was given up. Look before repeating it.')
    this.answer = answer
  }
}
