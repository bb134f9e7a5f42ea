import { BaroError, type Json, type Schema } from '@baro/core'
import { type NowOrLater, whenHere } from '@baro/core/broker'
import { orThrow, validatePayload } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'

/** The longest state of a member, in bytes of JSON. Everybody in the room gets it. */
export const maxMemberBytes = 2_048

/**
 * What a member tells of itself, as everybody gets it: the output of the schema.
 *
 * @throws {BaroError} `invalid-payload`, also if it is too long; `handler-failed` if the schema threw.
 */
export function stateOfMember({ channel, definition }: Resolved, state: unknown): NowOrLater<Json> {
  const what = `The state of a member of "${channel}"`
  return whenHere(validatePayload(definition.member as Schema, state, what), (validated) => {
    const value = orThrow(validated)
    const bytes = Buffer.byteLength(JSON.stringify(value))
    if (bytes > maxMemberBytes)
      throw new BaroError('invalid-payload', `${what} has ${bytes} bytes. Keep it below ${maxMemberBytes}.`)
    return value
  })
}
