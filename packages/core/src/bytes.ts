/**
 * Bytes in payloads and states. In memory they are a `Uint8Array`, such as a `Buffer`; in JSON text they are an object whose only key is
 * `baro:bytes`, with base64; in a binary frame (wire/binary-frame.ts) they travel raw.
 */

// Declared here instead of pulling the types of Node or the DOM into a package that runs in both.
declare const btoa: (binary: string) => string
declare const atob: (base64: string) => string
declare const Buffer:
  | undefined
  | { from(buffer: ArrayBufferLike, offset: number, length: number): { toString(as: 'base64'): string } }

/** The only key of an object that stands for bytes. No payload may use it for anything else. */
export const bytesKey = 'baro:bytes'

/** Bytes in JSON text: `{ "baro:bytes": "aGVsbG8=" }`. */
export interface BytesForm {
  readonly [bytesKey]: string
}

/**
 * What bytes are in the memory of a hub: a `Uint8Array` that `JSON.stringify` writes as its {@link BytesForm}, so that
 * whatever is kept and spread is still JSON. It is of no class of its own: whatever takes or compares a `Uint8Array` does.
 */
export interface Bytes extends Uint8Array<ArrayBuffer> {
  toJSON(): BytesForm
}

/** Lets an array write itself as JSON. */
export function asBytes(array: Uint8Array<ArrayBuffer>): Bytes {
  return Object.defineProperty(array, 'toJSON', { value: toForm }) as Bytes
}

function toForm(this: Uint8Array): BytesForm {
  return { [bytesKey]: toBase64(this) }
}

/** Whether there are bytes in a JSON text. None holds this by accident: within its strings, quotes are escaped. */
export function holdsBytes(text: string): boolean {
  return text.includes(`{"${bytesKey}":"`)
}

/** Writes JSON text, in which bytes stand as what `write` makes of them: base64, unless something else is said. */
export function writeJson(value: unknown, write: (bytes: Uint8Array<ArrayBuffer>) => unknown = browserBase64): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, written) {
    // Not what its own `toJSON` has written: that of a Buffer writes a list of numbers.
    const held = this[key]
    return held instanceof Uint8Array ? { [bytesKey]: write(held as Uint8Array<ArrayBuffer>) } : written
  })
}

/** Reads JSON text that is believed; `read` makes bytes of what stands for them: of base64, unless something else is said. */
export function readJson(text: string, read: (form: never) => Uint8Array = fromBase64): unknown {
  const revive = (_key: string, value: Readonly<Record<string, never>> | null) =>
    value?.[bytesKey] === undefined ? value : read(value[bytesKey])
  return JSON.parse(text, text.includes(bytesKey) ? revive : undefined)
}

/**
 * The live form of a value that was read as JSON, such as the `value` of a snapshot: with a `Uint8Array` where a
 * {@link BytesForm} stands. It is the same object if there is none, live bytes in it included.
 *
 * @example
 * ```ts
 * const { image } = liveValue((await hub.snapshot(picture({ id }))).value)
 * ```
 */
export function liveValue<T>(value: T): T {
  // Live bytes stand as something else there, so that what is found is none of them.
  return value && holdsBytes(writeJson(value, () => 0)) ? (readJson(writeJson(value)) as T) : value
}

/**
 * A `data:` URL, so that a page shows bytes without asking for them: `<img src={bytesUrl(image, 'image/webp')} />`.
 *
 * @param mimeType Is believed: bytes that others sent must have been checked to be of this type.
 */
export function bytesUrl(bytes: Uint8Array, mimeType: string): string {
  return `data:${mimeType};base64,${toBase64(bytes)}`
}

/** Base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  // A hundred times faster, where it is there.
  if (typeof Buffer !== 'undefined') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  return browserBase64(bytes)
}

function browserBase64(bytes: Uint8Array): string {
  return btoa(bytes.reduce((binary, byte) => binary + String.fromCharCode(byte), ''))
}

/**
 * The bytes of base64.
 *
 * @throws if it is none.
 */
export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}
