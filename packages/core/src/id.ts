import { BaroError, quote } from './errors.ts'
import type { Randomness } from './ports/randomness.ts'
import { accepted, type Result, refused } from './result.ts'

// Declared here, as the timers in system/clock.ts.
declare const btoa: (bytes: string) => string

/** How many characters of a publication's id a position carries as its check. */
const checkLength = 6

/** Makes an id of 16 characters, 96 bits: nobody else's by chance, and not to be guessed. */
export function createId(randomness: Randomness): string {
  const base64 = btoa(String.fromCharCode(...randomness.bytes(12)))
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}

/** Checks an id that a client chose: 1 to 64 of `[A-Za-z0-9_-]`. */
export function parseId(id: string): Result<string> {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return accepted(id)
  return refused(
    new BaroError('bad-id', `The id ${quote(id)} is not 1 to 64 characters of A-Z a-z 0-9 _ -. Choose another.`),
  )
}

/**
 * The check of the publication with this id: its last characters. A position carries it, so that history that was
 * rewritten under the same epoch (a restored backup, a failed-over replica) is found (I4).
 */
export function checkOf(id: string): string {
  return id.slice(-checkLength)
}
