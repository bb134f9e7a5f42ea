import type { BaroError } from './errors.ts'

/** The result of every `parseX` and `decodeX`: bad input is a value, not an exception. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: BaroError }

/** Wraps a value that was accepted. */
export function accepted<T>(value: T): Result<T> {
  return { ok: true, value }
}

/** Wraps the error that says why an input was refused. */
export function refused<T>(error: BaroError): Result<T> {
  return { ok: false, error }
}

/**
 * Returns the accepted value or throws its error.
 *
 * @throws {BaroError} the error the input was refused with.
 */
export function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throw result.error
  return result.value
}
