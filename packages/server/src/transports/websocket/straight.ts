/**
 * Reads and writes of a connection without the machinery of its stream, as long as that has nothing to do: nothing waits in
 * it, nobody has paused it, and it is neither ending nor gone. Else everything takes the way of streams.
 *
 * A stream notes a tick of its own for each chunk that came and for each write that has left already. To a small room,
 * whose publication comes alone, that is as dear as to claim it, to append it and to answer it.
 */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

/**
 * The stream of a connection of the machine; `undefined` for what only looks like one, and under TLS: Node takes one write
 * there at a time, and a second one ends the process.
 */
export function connectionOf(stream: Duplex): Socket | undefined {
  return stream instanceof Socket && !(stream instanceof TLSSocket) ? stream : undefined
}

/** Whether a write may go straight to the connection, so that it overtakes nothing and is not the last. */
export function takesStraight(connection: Socket): boolean {
  return connection.writable && connection.writableLength === 0 && connection.writableCorked === 0
}

// Node's word for bytes that are bytes already. Its types know it for `write` only.
const asTheyAre = 'buffer' as BufferEncoding

/**
 * Writes to a connection that {@link takesStraight}. Calls `left` when the bytes are with the kernel, nearly always before it
 * returns; if they cannot get there, it ends the connection, and calls `left` too.
 */
export function writeStraight(connection: Socket, bytes: Uint8Array, left: () => void): void {
  // What a stream calls for its writes. The kernel takes what comes here in its order, also what a stream writes later.
  connection._write(bytes, asTheyAre, (error) => {
    if (error) connection.destroy(error)
    left()
  })
}

/**
 * Gives what comes on a connection to `take`, which listens for its data too: what the stream has kept comes by that. To
 * have no more for now, `take` pauses the connection.
 */
export function readStraight(connection: Socket, take: (chunk: Buffer) => void): void {
  const { push } = connection
  connection.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    const isFlowing = connection.readableFlowing === true && connection.readableLength === 0
    // Somebody else who listens wants it too.
    if (!chunk || !isFlowing || connection.listenerCount('data') !== 1) return push.call(connection, chunk, encoding)
    take(chunk)
    return true
  }
}
