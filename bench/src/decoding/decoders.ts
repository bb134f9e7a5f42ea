import { asBytes, bytesKey, fromBase64, parseJson } from '@baro/core/protocol'

export type Decoder = 'JSON.parse' | 'with a reviver' | 'baro'

/** Decoders by name; each throws at a text that it does not take. */
export const decoders: Readonly<Record<Decoder, (text: string) => unknown>> = {
  'JSON.parse': (text) => JSON.parse(text),
  'with a reviver': (text) => JSON.parse(text, needsCare.test(text) || text.includes(bytesKey) ? careful : undefined),
  baro: (text) => {
    const parsed = parseJson(text)
    if (!parsed.ok) throw parsed.error
    return parsed.value
  },
}

// As Baro did it before. A reviver is asked about each value, so it was left out where no letter of the two keys could be in the text.
const needsCare = /__proto__|\\u00[3-7]/i

function careful(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('The key "__proto__" is not allowed.')
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, bytesKey)) return value
  const form = (value as Readonly<Record<string, unknown>>)[bytesKey]
  if (typeof form !== 'string' || form.length % 4 !== 0 || !base64.test(form)) throw new Error('This is not base64.')
  return asBytes(fromBase64(form))
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/
