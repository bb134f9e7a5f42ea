import type { SharedMessage } from '../ports/socket.ts'

/**
 * Characters of a shared text from which it is turned into bytes once. Most answers are shorter, to clients that missed
 * little, and are made in one piece in less time than three of them are put together.
 */
const keepFromCharacters = 4_096

/** Shared texts as bytes, for as long as what they are the texts of. */
const kept = new WeakMap<object, Uint8Array>()

/** A message as UTF-8, in one piece, or in three of which others get the one in the middle too. */
export function sharedPieces({ head, shared, tail, of }: SharedMessage): readonly Uint8Array[] {
  if (shared.length < keepFromCharacters) return [Buffer.from(head + shared + tail)]
  let bytes = kept.get(of)
  if (!bytes) {
    bytes = Buffer.from(shared)
    kept.set(of, bytes)
  }
  return [Buffer.from(head), bytes, Buffer.from(tail)]
}
