import { sharedPieces } from '../../delivery/encode/write.ts'
import type { Framing } from '../../ports/socket.ts'

/**
 * One message of an event stream (WHATWG HTML §9.2.6). LF only; `id:` on every message that has a position, because one
 * widely used library forgets it otherwise; a line break inside the data becomes a further `data:` line.
 */
export function sseFrame(text: string, position: string | undefined): Uint8Array {
  return Buffer.from(`${idLine(position)}data: ${text.replace(/\r\n|\r|\n/g, '\ndata: ')}\n\n`)
}

/** The framing of event streams, or of their messages that lead to a position. */
export function sseFraming(name: string, position?: string): Framing {
  return {
    name,
    frame: (text) => sseFrame(text, position),
    // JSON has no line breaks, so it is one line of data however long.
    frameShared: ({ head, shared, tail }) =>
      sharedPieces({ head: `${idLine(position)}data: ${head}`, shared, tail: `${tail}\n\n` }),
  }
}

function idLine(position: string | undefined): string {
  return position === undefined ? '' : `id: ${position}\n`
}

/** Moves the reader's `Last-Event-ID` without a message (WHATWG HTML §9.2.6: no data, no event). */
export function ssePosition(position: string): Uint8Array {
  return Buffer.from(`id: ${position}\n\n`)
}

/** A comment: it keeps proxies from giving up, and the browser throws it away. */
export const sseHeartbeat: Uint8Array = Buffer.from(':\n\n')

/** Asks the browser to wait before it comes back. */
export function sseRetry(ms: number): Uint8Array {
  return Buffer.from(`retry: ${ms}\n\n`)
}
