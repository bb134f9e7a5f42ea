import { BaroError, quote } from './errors.ts'
import type { Randomness } from './ports/randomness.ts'
import { accepted, type Result, refused } from './result.ts'

// Declared here, for the reason in bytes.ts.
declare const btoa: (bytes: string) => string

/** How many characters of a publication's id a position carries as its check. */
const checkLength = 6

/** Makes an id of 16 characters with 96 random bits: no two are the same by chance, and nobody can guess one. */
export function createId(randomness: Randomness): string {
  // Spread, the bytes are iterated one by one: an id took twice as long.
  const base64 = btoa(String.fromCharCode.apply(String, randomness.bytes(12) as ArrayLike<number> as number[]))
  return base64.replace(/\+/g, '-').replace(/\//g, '_')
}

/** Checks an id that a client chose: 1 to 64 of `[A-Za-z0-9_-]`. */
export function parseId(id: string): Result<string> {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return accepted(id)
  return refused(
    new BaroError('bad-id', `The id ${quote(id)} is not 1 to 64 characters of A-Z a-z 0-9 _ -. Choose another.`),
  )
}

/**
 * The check of the publication with this id: the last 6 characters of the id. A position carries it, and so finds
 * history that was rewritten under the same epoch, for example by a restored backup or a failed-over replica (I4).
 */
export function checkOf(id: string): string {
  return id.slice(-checkLength)
}
