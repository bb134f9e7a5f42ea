import { parseId } from '@baro/core/protocol'

const lineFeed = 0x0a

/**
 * The id in a message that is JSON and yet cannot be taken, so that the client that waits for the answer gets one. A
 * message without a usable id is answered without it.
 */
export function idIn(data: string | Uint8Array): string | undefined {
  try {
    const message = JSON.parse(typeof data === 'string' ? data : headerOf(data)) as { payload?: { id?: unknown } }
    const id = message.payload?.id
    return typeof id === 'string' && parseId(id).ok ? id : undefined
  } catch {
    return undefined
  }
}

/** The JSON of a binary frame. */
function headerOf(frame: Uint8Array): string {
  return new TextDecoder().decode(frame.subarray(0, frame.indexOf(lineFeed) + 1))
}
