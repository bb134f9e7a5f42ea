import { BaroError } from '@baro/core'

/** Longer reasons would be a way to publish. */
const maxReason = 200

/**
 * A reason as a part of a payload.
 *
 * @throws {BaroError} `invalid-payload`.
 */
export function reasonOf(reason: unknown): { readonly reason?: string } {
  if (reason === undefined) return {}
  if (typeof reason === 'string' && reason.length <= maxReason) return { reason }
  throw new BaroError('invalid-payload', `A reason is a text of at most ${maxReason} characters.`)
}
