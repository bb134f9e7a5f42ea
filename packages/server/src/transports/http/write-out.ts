import type { Duplex } from 'node:stream'

const nothing = Buffer.alloc(0)

/**
 * Writes the pieces as one system call. Calls `drained` if they leave without a `drain` event: Node emits that event
 * only above its own high-water mark, and a hub may cut its readers below it.
 */
export function writeOut(stream: Duplex, pieces: readonly Uint8Array[], drained: () => void): void {
  if (writeAll(stream, pieces) && stream.writableLength > 0) stream.write(nothing, drained)
}

/** Writes all pieces. Returns whether there was room below the high-water mark for all of them. */
function writeAll(stream: Duplex, pieces: readonly Uint8Array[]): boolean {
  // By index, because destructuring would cost a hundredth of a write, and nearly all writes come here.
  if (pieces.length <= 1) return stream.write(pieces[0] ?? nothing)
  stream.cork()
  const hadRoom = pieces.map((piece) => stream.write(piece)).every(Boolean)
  stream.uncork()
  return hadRoom
}
