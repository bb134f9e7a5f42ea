import type { Duplex } from 'node:stream'

const nothing = Buffer.alloc(0)

/**
 * Writes, as one system call, and calls `drained` if all of it leaves without a `drain`: Node emits that only above its
 * own high-water mark, and a hub may be set to cut its readers below it.
 */
export function writeOut(stream: Duplex, pieces: readonly Uint8Array[], drained: () => void): void {
  if (writeAll(stream, pieces) && stream.writableLength > 0) stream.write(nothing, drained)
}

/** Whether there was room below the mark for all of them. */
function writeAll(stream: Duplex, pieces: readonly Uint8Array[]): boolean {
  // By index: to take it apart would cost a hundredth of a write, and nearly all writes come here.
  if (pieces.length <= 1) return stream.write(pieces[0] ?? nothing)
  stream.cork()
  const hadRoom = pieces.map((piece) => stream.write(piece)).every(Boolean)
  stream.uncork()
  return hadRoom
}
