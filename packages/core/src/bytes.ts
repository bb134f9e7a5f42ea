/**
 * Bytes in payloads and states. In memory they are a `Uint8Array`; in JSON text they are an object whose only key is
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
 * What bytes are once they have travelled: a `Uint8Array` that `JSON.stringify` writes as its {@link BytesForm}, so that
 * a state which holds some is still JSON. It is of no class of its own: whatever takes or compares a `Uint8Array` does.
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

/** Any value that is bytes, of whatever class, as a view of the same memory. */
function viewOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined
}

/** For `JSON.stringify`: writes whatever is bytes as its {@link BytesForm}. */
export function writeBytes(this: unknown, key: string, written: unknown): unknown {
  // Before its own `toJSON`: that of a Buffer writes a list of numbers.
  const view = viewOf((this as Readonly<Record<string, unknown>>)[key]) ?? viewOf(written)
  return view ? toForm.call(view) : written
}

/** For `JSON.parse` of text that is believed: reads each {@link BytesForm}. */
export function readBytes(_key: string, value: unknown): unknown {
  const form = (value as BytesForm | null)?.[bytesKey]
  return form === undefined ? value : fromBase64(form)
}

/** Reads JSON text that is believed, and the bytes in it. */
export function readJson(text: string): unknown {
  return text.includes(bytesKey) ? JSON.parse(text, readBytes) : JSON.parse(text)
}

/**
 * The live form of a value that was read as JSON, such as the `value` of a snapshot: with a `Uint8Array` where a
 * {@link BytesForm} stands. It is the same object if there is none.
 *
 * @example
 * ```ts
 * const { image } = liveValue((await hub.snapshot(picture({ id }))).value)
 * ```
 */
export function liveValue<T>(value: T): T {
  const text = JSON.stringify(value)
  return (text?.includes(bytesKey) ? JSON.parse(text, readBytes) : value) as T
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
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * The bytes of base64.
 *
 * @throws if it is none.
 */
export function fromBase64(base64: string): Bytes {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return asBytes(bytes)
}
