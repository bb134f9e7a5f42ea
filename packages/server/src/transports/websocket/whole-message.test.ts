import { describe, expect, test } from 'vitest'
import { frame } from '../../../test/network-client.ts'
import { readMessage, wholeMessageAt } from './whole-message.ts'

/** The messages that are read from these bytes until one is not simple, and where that is. */
function read(bytes: Buffer, maxBytes = 1_000) {
  const messages: (string | Buffer)[] = []
  let at = 0
  for (let next = wholeMessageAt(bytes, at, maxBytes); next; next = wholeMessageAt(bytes, at, maxBytes)) {
    const data = readMessage(bytes, next)
    if (data === undefined) break
    messages.push(data)
    at = next.end
  }
  return { messages, at }
}

describe('simple messages', () => {
  test('are read one after the other, of every length, texts in whatever language', () => {
    const payloads = ['', 'a', '안녕하세요', 'x'.repeat(125), 'y'.repeat(126), 'z'.repeat(1_000)]
    const bytes = Buffer.concat(payloads.map((payload) => frame({ payload })))
    expect(read(bytes)).toEqual({ messages: payloads, at: bytes.length })
  })

  test('are binary, too', () => {
    const bytes = frame({ opcode: 2, payload: Buffer.from([0, 255, 1]) })
    expect(read(bytes).messages).toEqual([Buffer.from([0, 255, 1])])
  })

  test.each<[string, Buffer]>([
    ['a fragment', frame({ fin: false, payload: 'a' })],
    ['a continuation', frame({ opcode: 0, payload: 'a' })],
    ['a compressed message', frame({ reserved: 0b100, payload: 'a' })],
    ['a ping', frame({ opcode: 9, payload: 'a' })],
    ['a close frame', frame({ opcode: 8 })],
    ['a frame that is not masked', frame({ masked: false, payload: 'a' })],
    ['a message that is too long', frame({ payload: 'x'.repeat(1_001) })],
    [
      'a message with a length of eight bytes',
      Buffer.concat([Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9, 9, 9]), Buffer.alloc(1)]),
    ],
    ['half a message', frame({ payload: 'hello' }).subarray(0, 8)],
    ['half a head', frame({ payload: 'x'.repeat(200) }).subarray(0, 3)],
    ['the first byte', frame({ payload: 'hello' }).subarray(0, 1)],
  ])('are not %s', (_, bytes) => {
    expect(read(Buffer.concat([frame({ payload: 'before' }), bytes]))).toEqual({ messages: ['before'], at: 12 })
  })

  test('are not what is no text, and its bytes stay as they came', () => {
    const bytes = frame({ payload: Buffer.from([0xc3, 0x28, 0xff]) })
    const before = Buffer.from(bytes)
    expect(read(bytes)).toEqual({ messages: [], at: 0 })
    expect(bytes).toEqual(before)
  })
})
