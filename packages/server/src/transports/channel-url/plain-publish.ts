import { BaroError, type Json } from '@baro/core'
import { accepted, type Result, refused } from '@baro/core/protocol'

/** What is published to a channel's own URL, by POST and over a plain WebSocket. */
export interface PlainPublish {
  readonly type: string
  readonly payload: Json
  readonly id: string | undefined
}

/** Reads `{ type, payload, id? }`. The error says which of the three is wrong. */
export function plainPublish(value: Json): Result<PlainPublish> {
  const { type, payload, id } = (value ?? {}) as { readonly [Key in keyof PlainPublish]?: Json }
  if (typeof type !== 'string') return wrong('type', type === undefined ? 'is missing' : 'is no text')
  if (payload === undefined) return wrong('payload', 'is missing; send null if there is nothing to say')
  if (id !== undefined && typeof id !== 'string') return wrong('id', 'is no text')
  return accepted({ type, payload, id })
}

function wrong(field: keyof PlainPublish, how: string): Result<never> {
  return refused(new BaroError('bad-message', `This is not { "type", "payload", "id"? }: "${field}" ${how}.`))
}
