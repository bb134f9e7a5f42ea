import type { Duplex } from 'node:stream'

const nothing = Buffer.alloc(0)

/**
 * Writes, and calls `drained` if all of it leaves without a `drain`: Node emits that only above its own high-water mark,
 * and a hub may be set to cut its readers below it.
 */
export function writeOut(stream: Duplex, bytes: Uint8Array, drained: () => void): void {
  if (stream.write(bytes) && stream.writableLength > 0) stream.write(nothing, drained)
}
