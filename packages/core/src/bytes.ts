/**
 * Bytes in payloads and states. In memory they are a `Uint8Array`, such as a `Buffer`. In JSON text they are an object
 * whose only key is `baro:bytes`, with base64. In a binary frame (wire/binary-frame.ts) they travel raw.
 */

// Declared here, because this package runs in Node and in browsers, and takes the types of neither.
declare const btoa: (binary: string) => string
declare const atob: (base64: string) => string
interface Host {
  readonly Buffer?: {
    from(buffer: ArrayBufferLike, offset: number, length: number): { toString(as: 'base64'): string }
  }
}

/** The only key of an object that stands for bytes. No payload may use it for anything else. */
export const bytesKey = 'baro:bytes'

/** Bytes in JSON text: `{ "baro:bytes": "aGVsbG8=" }`. */
export interface BytesForm {
  readonly [bytesKey]: string
}

/**
 * Bytes in the memory of a hub: a `Uint8Array` that `JSON.stringify` writes as its {@link BytesForm}, so that what is
 * kept and spread is still JSON. It has no class of its own, so code that takes or compares a `Uint8Array` takes it
 * too.
 */
export interface Bytes extends Uint8Array<ArrayBuffer> {
  toJSON(): BytesForm
}

/** Makes an array write itself as JSON; returns the same array. */
export function asBytes(array: Uint8Array<ArrayBuffer>): Bytes {
  return Object.defineProperty(array, 'toJSON', { value: toForm }) as Bytes
}

function toForm(this: Uint8Array): BytesForm {
  return { [bytesKey]: toBase64(this) }
}

/** Whether there are bytes in a JSON text. A string cannot look like them, because JSON escapes the quotes in it. */
export function holdsBytes(text: string): boolean {
  return text.includes(`{"${bytesKey}":"`)
}

/** Writes JSON text. Bytes stand in it as what `write` makes of them. Default: base64. */
export function writeJson(value: unknown, write: (bytes: Uint8Array<ArrayBuffer>) => unknown = browserBase64): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, written) {
    // The value itself, not what its `toJSON` wrote: the `toJSON` of a Buffer writes a list of numbers.
    const held = this[key]
    return held instanceof Uint8Array ? { [bytesKey]: write(held as Uint8Array<ArrayBuffer>) } : written
  })
}

/** Reads JSON text without checking it. `read` makes the bytes from what stands for them. Default: from base64. */
export function readJson(text: string, read: (form: never) => Uint8Array = fromBase64): unknown {
  const revive = (_key: string, value: Readonly<Record<string, never>> | null) =>
    value?.[bytesKey] === undefined ? value : read(value[bytesKey])
  return JSON.parse(text, text.includes(bytesKey) ? revive : undefined)
}

/**
 * The live form of a value that was read as JSON, such as the `value` of a snapshot: a `Uint8Array` takes the place of
 * each {@link BytesForm}. A value without a `BytesForm` is returned as it is, the same object.
 *
 * @example
 * ```ts
 * const { image } = liveValue((await hub.snapshot(picture({ id }))).value)
 * ```
 */
export function liveValue<T>(value: T): T {
  // Live bytes are written as 0, so only a `BytesForm` can be found.
  return value && holdsBytes(writeJson(value, () => 0)) ? (readJson(writeJson(value)) as T) : value
}

/**
 * A `data:` URL, so that a page shows bytes without another request.
 *
 * @param mimeType Not checked here: check bytes that others sent before you name their type.
 *
 * @example
 * ```tsx
 * <img src={bytesUrl(image, 'image/webp')} alt="" />
 * ```
 */
export function bytesUrl(bytes: Uint8Array, mimeType: string): string {
  return `data:${mimeType};base64,${toBase64(bytes)}`
}

/** Base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  // Where there is a Buffer, it is a hundred times faster. Asked for by its name alone, bundlers put one of 10 kB into each page.
  const { Buffer } = globalThis as Host
  if (Buffer) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  return browserBase64(bytes)
}

function browserBase64(bytes: Uint8Array): string {
  return btoa(bytes.reduce((binary, byte) => binary + String.fromCharCode(byte), ''))
}

/**
 * The bytes of a base64 text.
 *
 * @throws {DOMException} `InvalidCharacterError` if the text is not base64.
 */
export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}
