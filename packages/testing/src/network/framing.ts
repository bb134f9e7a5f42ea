import type { Framing } from '@baro/server/parts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Messages as lines: JSON text never holds a bare line break. */
export const lineFraming: Framing = {
  name: 'lines',
  frame: (text) => encoder.encode(`${text}\n`),
}

/** The messages in what was written: one or many whole frames. */
export function messagesIn(bytes: Uint8Array): readonly string[] {
  const lines = decoder.decode(bytes).split('\n')
  const rest = lines.pop()
  if (rest !== '') throw new RangeError(`A write ended within a frame: ${JSON.stringify(rest)}`)
  return lines
}
