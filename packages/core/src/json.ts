import { BaroError, quote } from './errors.ts'
import { accepted, type Result, refused } from './result.ts'

/** Any JSON value: what a payload or a state is on the wire. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

// An own key `__proto__` survives JSON.parse and turns into a prototype at the first careless assignment downstream,
// so it is refused at the door. Any of its letters may be written as an escape (`\u005f`, `\u0070`, …), which is why the
// quick check also looks for escapes in their range.
const mayHideProto = /__proto__|\\u00[5-7]/i

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new BaroError('bad-message', 'The key "__proto__" is not allowed. Rename it.')
  return value
}

/** Parses JSON text; never throws. */
export function parseJson(text: string): Result<Json> {
  try {
    return accepted((mayHideProto.test(text) ? JSON.parse(text, refuseProto) : JSON.parse(text)) as Json)
  } catch (error) {
    if (error instanceof BaroError) return refused(error)
    return refused(new BaroError('bad-message', `This is not JSON: ${quote(text)}. Send one JSON object.`))
  }
}
