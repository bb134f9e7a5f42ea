import { sharedPieces } from '../../delivery/encode/write.ts'
import type { FrameRead, Framing } from '../../ports/socket.ts'

/**
 * One message of an event stream (WHATWG HTML §9.2.6). Lines end with LF only. Every message with a position has `id:`,
 * because one widely used library forgets the id otherwise. A line break in the data begins another `data:` line.
 */
export function sseFrame(text: string, position: string | undefined): Uint8Array {
  return Buffer.from(`${idLine(position)}data: ${text.replace(/\r\n|\r|\n/g, '\ndata: ')}\n\n`)
}

/** The framing of event streams; with a position, that of a message that leads there. */
export function sseFraming(name: string, position?: string): Framing {
  return {
    name,
    frame: (text) => sseFrame(text, position),
    readBack: readEvents,
    // JSON text has no line breaks, so one `data:` line is enough.
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

/** A comment. It keeps proxies from giving up, and browsers ignore it. */
export const sseHeartbeat: Uint8Array = Buffer.from(':\n\n')

/** Asks the browser to wait before it comes back. */
export function sseRetry(ms: number): Uint8Array {
  return Buffer.from(`retry: ${ms}\n\n`)
}

/** The messages that were written to an event stream, for who looks at it. */
function readEvents(bytes: Uint8Array): readonly FrameRead[] {
  const texts = Buffer.from(bytes).toString().split('\n\n')
  return texts.slice(0, -1).map((text) => {
    const lines = text.split('\n').filter((line) => line.startsWith('data: '))
    const data = lines.map((line) => line.slice('data: '.length)).join('\n')
    const kind = lines.length > 0 ? 'text' : 'comment'
    return { kind, bytes: Buffer.byteLength(text) + 2, isCompressed: false, ...(lines.length > 0 && { data }) }
  })
}
