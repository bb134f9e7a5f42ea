import { BaroError } from '@baro/core'
import type { Turn } from '@baro/core/broker'
import { orThrow, parseId } from '@baro/core/protocol'

/** The fields of a message that make a turn: all of them, or none. */
export interface TurnFields {
  readonly producer?: string
  readonly number?: number
  readonly confirmed?: number
}

/**
 * The turn in the fields of a message; `undefined` if it has none.
 *
 * @throws {BaroError} `bad-message` if only some of the fields are there.
 */
export function turnIn({ producer, number, confirmed }: TurnFields): Turn | undefined {
  if (producer === undefined && number === undefined && confirmed === undefined) return undefined
  if (producer === undefined || number === undefined || confirmed === undefined)
    throw new BaroError('bad-message', 'A turn is "producer", "number" and "confirmed" together. Send all or none.')
  return { producer, number, confirmed }
}

/**
 * Checks the turn that a client names, before anything is remembered for it.
 *
 * @throws {BaroError} `bad-id` or `bad-message`.
 */
export function assertTurn({ producer, number }: Turn): void {
  orThrow(parseId(producer))
  if (number < 1)
    throw new BaroError('bad-message', `The number ${number} is no turn. Number the publishes of a producer from 1.`)
}
