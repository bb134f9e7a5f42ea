import { asBytes, type Bytes, bytesKey, fromBase64, toBase64, writeJson } from './bytes.ts'
import { BaroError, quote } from './errors.ts'
import { accepted, type Result, refused } from './result.ts'
import { maxPayloadDepth } from './wire-form.ts'

/**
 * A payload or a state: any JSON value, which may hold bytes. A broker that keeps text writes it with {@link jsonText}
 * and reads it with {@link parseJson}.
 */
export type Json = null | boolean | number | string | Uint8Array | readonly Json[] | { readonly [key: string]: Json }

/**
 * The deepest nesting of any JSON text that is read: a payload, and as much again for the levels of the message around it,
 * and of a state that holds payloads. Some thousand levels overflow the stack of whatever recurses, `JSON.stringify` first.
 */
export const maxJsonDepth: number = 2 * maxPayloadDepth

/** Makes bytes from the value that stands for them: base64 in JSON text, a range in a binary frame. */
export type ReadBytes = (form: unknown) => Bytes

/** Parses JSON text, and the bytes in it; never throws. */
export function parseJson(text: string): Result<Json> {
  return parseWith(text, bytesOfBase64)
}

/** Parses JSON text in which `read` knows what stands for bytes; never throws. */
export function parseWith(text: string, read: ReadBytes): Result<Json> {
  try {
    // First: 50,000 levels take `JSON.parse` 20 ms, a hundred times as long as a flat text.
    if (mayNestDeeper(text, maxJsonDepth) && nestsDeeper(text, maxJsonDepth))
      throw new BaroError('bad-message', `This nests deeper than ${maxJsonDepth} levels. Send a flatter value.`)
    const value: unknown = JSON.parse(text)
    return accepted((mayHoldKey(text) ? careful(value, read) : value) as Json)
  } catch (error) {
    if (error instanceof BaroError) return refused(error)
    return refused(new BaroError('bad-message', `This is not JSON: ${quote(text)}. Send one JSON object.`))
  }
}

/** Whether so many lists and objects begin in it, inside of each other or not; a look at each character costs 80 times as much. */
function mayNestDeeper(text: string, levels: number): boolean {
  let left = levels
  for (const opening of '{[')
    for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1)) if (--left < 0) return true
  return false
}

const [quoteCode, backslashCode] = [34, 92]

/** Whether it nests deeper. Of what is no JSON it may say either. */
function nestsDeeper(text: string, levels: number): boolean {
  let level = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quoteCode) at = endOfString(text, at)
    // `[` and `{`, then `]` and `}`: in each pair one bit differs.
    else if ((code & 0xdf) === 0x5b) {
      if (++level > levels) return true
    } else if ((code & 0xdf) === 0x5d) level--
  }
  return false
}

/** Where the quote is that ends the string which begins here; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = end
    while (text.charCodeAt(escapes - 1) === backslashCode) escapes--
    if ((end - escapes) % 2 === 0) return end
  }
  return text.length
}

// An own key `__proto__` survives JSON.parse and turns into a prototype at the first careless assignment downstream,
// so it is refused at the door. A text may hold either word as a value, and any of its letters as an escape (`\u005f`).
const specialKey = new RegExp(`"(?:${spellings('__proto__')}|${spellings(bytesKey)})"[ \\t\\n\\r]*:`)

function spellings(word: string): string {
  return Array.from(word, (letter) => {
    const code = letter.charCodeAt(0).toString(16)
    return `(?:${letter}|\\\\u00${code.replace(/[a-f]/, (digit) => `[${digit}${digit.toUpperCase()}]`)})`
  }).join('')
}

// Of the letters of both.
const escapedLetter = /\\u00[3-7]/

/** Whether one of the two keys may be in it. What is quick comes first: most texts hold neither word, and no backslash. */
function mayHoldKey(text: string): boolean {
  const mayHoldWord =
    text.includes('__proto__') || text.includes(bytesKey) || (text.includes('\\') && escapedLetter.test(text))
  return mayHoldWord && specialKey.test(text)
}

/** Checks the keys of a parsed value, and puts bytes in place of what stands for them. A reviver would be 15 times slower. */
function careful(value: unknown, read: ReadBytes): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? carefulList(value, read) : carefulObject(value as JsonObject, read)
}

type JsonObject = Record<string, unknown>

function carefulList(list: unknown[], read: ReadBytes): unknown {
  for (let index = 0; index < list.length; index++) {
    const value = list[index]
    if (typeof value === 'object' && value !== null) list[index] = careful(value, read)
  }
  return list
}

function carefulObject(object: JsonObject, read: ReadBytes): unknown {
  // `Object.keys` makes a list for each object, and is three times slower.
  for (const key in object) {
    if (key === '__proto__') throw new BaroError('bad-message', 'The key "__proto__" is not allowed. Rename it.')
    if (key === bytesKey) return bytesIn(object, read)
    const value = object[key]
    if (typeof value === 'object' && value !== null && Object.hasOwn(object, key)) object[key] = careful(value, read)
  }
  return object
}

function bytesIn(object: JsonObject, read: ReadBytes): Bytes {
  if (Object.keys(object).length > 1)
    throw new BaroError('bad-message', `The key "${bytesKey}" stands for bytes, alone in its object. Rename it.`)
  return read(object[bytesKey])
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Reads base64 with padding. */
function bytesOfBase64(form: unknown): Bytes {
  if (typeof form !== 'string' || form.length % 4 !== 0 || !base64.test(form))
    throw new BaroError('bad-message', `"${bytesKey}" holds ${quote(form)}. Write bytes as base64 with padding.`)
  return asBytes(fromBase64(form))
}

/** Writes a value as JSON text, with the bytes in it; `undefined` if JSON cannot hold the value. */
export function jsonText(value: unknown): string | undefined {
  return holdsForeignBytes(value, 0) ? writeJson(value, toBase64) : JSON.stringify(value)
}

/**
 * Whether the value holds bytes that cannot write themselves. Only those need a replacer, which slows `JSON.stringify`
 * down.
 */
function holdsForeignBytes(value: unknown, level: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Uint8Array) return !Object.hasOwn(value, 'toJSON')
  // Only a circle or a value that will be refused is as deep as this, so the search may stop.
  if (level > maxPayloadDepth) return true
  return (Array.isArray(value) ? value : Object.values(value)).some((inner) => holdsForeignBytes(inner, level + 1))
}
