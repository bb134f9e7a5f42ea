/**
 * The closed table of error codes. `status` is the HTTP status of an answer that carries the code; `retry` says whether
 * the same input may succeed later. Each code has a heading in PROTOCOL.md, and a test compares the two.
 */
export const errorCodes = {
  'bad-message': { status: 400, retry: false },
  'unknown-message': { status: 400, retry: false },
  'bad-name': { status: 400, retry: false },
  'bad-position': { status: 400, retry: false },
  'bad-id': { status: 400, retry: false },
  'bad-definition': { status: 500, retry: false },
  unauthenticated: { status: 401, retry: false },
  expired: { status: 401, retry: false },
  refused: { status: 403, retry: false },
  muted: { status: 403, retry: false },
  'origin-refused': { status: 403, retry: false },
  'unknown-channel': { status: 404, retry: false },
  'not-accepted': { status: 404, retry: false },
  'too-slow': { status: 408, retry: true },
  'not-subscribed': { status: 409, retry: false },
  'already-subscribed': { status: 409, retry: false },
  outdated: { status: 409, retry: false },
  'unknown-outcome': { status: 409, retry: false },
  'out-of-turn': { status: 409, retry: false },
  'in-progress': { status: 409, retry: true },
  'too-large': { status: 413, retry: false },
  'invalid-payload': { status: 422, retry: false },
  'rate-limited': { status: 429, retry: true },
  'too-many-subscriptions': { status: 429, retry: true },
  'handler-failed': { status: 500, retry: false },
  'not-kept': { status: 500, retry: false },
  unavailable: { status: 503, retry: true },
  closed: { status: 503, retry: false },
} as const

/** One of the codes of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes

// The codes with `retry: true`, apart from the table: a browser needs these five, and not the statuses of HTTP.
const passing: readonly string[] = [
  'in-progress',
  'rate-limited',
  'too-many-subscriptions',
  'too-slow',
  'unavailable',
] satisfies readonly ErrorCode[]

/** Whether the same input may succeed later, after this error code. */
export function mayPass(code: string): boolean {
  return passing.includes(code)
}

// Bundles duplicate code, so one process has several copies of the class below. All copies share this key. No text of
// JSON can hold it, so no payload can pass for an error.
const brand = Symbol.for('baro.error')

/**
 * The one error class of Baro. The message says what happened, with which value, and what to do about it. An error of
 * any copy of this module is `instanceof BaroError`: Next.js gives each of its bundles a copy.
 *
 * @example
 * ```ts
 * try {
 *   await hub.publish(room({ id: 42 }), 'message', { text: '' })
 * } catch (error) {
 *   if (error instanceof BaroError && error.code === 'invalid-payload') console.log(error.message)
 *   else throw error
 * }
 * ```
 */
export class BaroError extends Error {
  static {
    // On the prototype: an error shows no property more when it is printed or compared.
    Object.assign(BaroError.prototype, { [brand]: true })
  }

  /** Whether a value is such an error, of whichever copy of this class. A class that extends it knows only its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is the class that was asked, which may extend this one.
    return this === BaroError ? brand in Object(value) : super[Symbol.hasInstance](value)
  }

  override readonly name = 'BaroError'
  declare readonly code: ErrorCode
  /** After how long the same input may succeed, in milliseconds, where that is known. */
  declare readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options)
    this.code = code
    this.retryAfterMs = options?.retryAfterMs
  }

  /** Whether the same input may succeed later. */
  get retry(): boolean {
    return mayPass(this.code)
  }
}

/**
 * Shortens a value to 80 characters for an error message: an attacker's megabyte must not become a megabyte of log. It
 * never throws: an object is only named, because its own `toString` could throw. A token in it is left out, with what follows.
 */
export function quote(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  const text =
    typeof value === 'string' ? JSON.stringify(value.slice(0, 80).replace(/(token"\s*:).*/is, '$1 …')) : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
