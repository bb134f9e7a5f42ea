import { decodeProtectedHeader } from 'jose'

/** What a token may not bring along: where its key is, or the key itself, and what else must be understood. */
const refusedHeaders = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64']

const longestKeyId = 256

/** What is wrong with the header of a token, which its sender wrote and nobody has verified yet. */
export function headerComplaint(token: string): string | undefined {
  let header: object
  try {
    header = decodeProtectedHeader(token)
  } catch {
    return 'is no JSON Web Token'
  }
  const name = refusedHeaders.find((one) => Object.hasOwn(header, one))
  if (name !== undefined) return `has the header "${name}", which is not taken`
  const { kid } = header as { readonly kid?: unknown }
  if (kid !== undefined && !(typeof kid === 'string' && kid.length <= longestKeyId))
    return 'has a "kid" that is no short text'
  return undefined
}
