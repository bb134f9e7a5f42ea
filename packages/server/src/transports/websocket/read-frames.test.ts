import { asBytes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createDeflatedFraming } from './deflated-framing.ts'
import { readFrames } from './read-frames.ts'
import { webSocketFraming } from './websocket-frame.ts'

describe('frames that were written are read back', () => {
  test.each([1, 125, 126, 65_535, 65_536])('of %i characters, several in one write', (length) => {
    const text = 'x'.repeat(length)
    const written = Buffer.concat([webSocketFraming.frame(text), webSocketFraming.frame('안녕')])
    expect(readFrames(written)).toMatchObject([
      { kind: 'text', data: text, isCompressed: false },
      { kind: 'text', data: '안녕', bytes: 8 },
    ])
  })

  test('compressed ones too, whole or around a part that others share', () => {
    const framing = createDeflatedFraming(16)
    const text = JSON.stringify({ text: '안녕하세요 '.repeat(200) })
    const message = { head: '{"attempt":1,"rest":', shared: { text }, tail: '}' }
    const written = Buffer.concat([framing.frame(text), ...(framing.frameShared?.(message) ?? [])])
    expect(readFrames(written)).toMatchObject([
      { isCompressed: true, data: text },
      { isCompressed: true, data: `{"attempt":1,"rest":${text}}` },
    ])
  })

  test('and those with bytes are binary', () => {
    const text = JSON.stringify({ picture: asBytes(new Uint8Array([1, 2, 3])) })
    expect(readFrames(webSocketFraming.frame(text))).toMatchObject([{ kind: 'binary' }])
  })
})
