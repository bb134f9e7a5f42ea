import { BaroError, type Json } from '@baro/core'

/**
 * The token of `{ "type": "AUTH", "token": "…" }`, as tutorials write it: the type in any case, the token beside it or in a
 * payload. `undefined` if it is another message. No such message is ever published, whatever events the channel has: a
 * token must not reach other people.
 */
export function tokenIn(message: Json): string | BaroError | undefined {
  const { type, token, payload } = (message ?? {}) as { readonly [name: string]: Json | undefined }
  if (typeof type !== 'string' || type.toLowerCase() !== 'auth') return undefined
  const found = token ?? (payload as { readonly token?: Json } | null | undefined)?.token
  return typeof found === 'string'
    ? found
    : new BaroError('bad-message', 'This is not { "type": "AUTH", "token": "…" }: the token is missing.')
}
