import { liveValue } from '@baro/core'
import { encodeSegment, fold, jsonText, maxChannelNameBytes, validatePayload } from '@baro/core/protocol'
import { createHub } from '@baro/server'
import { afterAll, describe, expect, test } from 'vitest'
import {
  maxPictureBytes,
  maxPictureSidePx,
  maxVoiceBytes,
  type Picture,
  type Voice,
} from '../../examples/site/channels/attachments.ts'
import { keptAttachments, type Message, room } from '../../examples/site/channels/room.ts'
import { isRoomId } from '../../examples/site/channels/room-id.ts'
import { endBytes, latin1, png3x2, pngChunk, withBytes } from './media-files.ts'

const webm = Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3)
const picture: Picture = { image: png3x2, mimeType: 'image/png', width: 3, height: 2 }
const voice: Voice = { sound: webm, mimeType: 'audio/webm', durationMs: 1_200 }

/** A file of this many bytes that begins like another one. */
function padded(start: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(length)
  file.set(start)
  return file
}

/** A PNG of this many bytes: with a comment in it, since nothing may stand behind its end. */
function longPng(length: number): Uint8Array<ArrayBuffer> {
  return withBytes(png3x2, -endBytes.png, pngChunk('tEXt', new Uint8Array(length - png3x2.length - 12)))
}

/** What the hub says of a payload that came from anywhere. */
async function take(type: 'picture' | 'voice', payload: unknown): Promise<string> {
  const result = await validatePayload(room.events[type], payload, 'It')
  return result.ok ? 'taken' : result.error.code
}

describe('the id of a room', () => {
  const hub = createHub({ channels: [room] })
  hub.on(room, { access: 'public' })
  afterAll(() => hub.close())

  test.each(['1', 'a', 'Room_1-b', '한글방', '힣'.repeat(27), 'x'.repeat(64)])(
    '%s is accepted by the page, the hub and who makes a reference',
    async (id) => {
      expect(isRoomId(id)).toBe(true)
      expect(await hub.snapshot(room({ id }))).toMatchObject({ value: [] })
      expect(await hub.snapshot({ channel: `room:${encodeSegment(id)}` })).toMatchObject({ value: [] })
    },
  )

  test.each([
    '../../evil',
    '..',
    '.',
    '1.rsc',
    'a b',
    'a/b',
    'a\\b',
    'a:b',
    'a%41',
    'a?b',
    'a\u0000',
    '\n',
    '1\n',
    '\u200b',
    '<b>',
    '😀',
    '힣'.repeat(28),
    'x'.repeat(65),
    'x'.repeat(5_000),
  ])('%j is accepted by none of them', async (id) => {
    expect(isRoomId(id)).toBe(false)
    expect(() => room({ id })).toThrow(expect.objectContaining({ code: 'bad-name' }))
    const channel = `room:${encodeSegment(id)}`
    const code = channel.length > maxChannelNameBytes ? 'bad-name' : 'unknown-channel'
    await expect(hub.snapshot({ channel })).rejects.toMatchObject({ code })
  })
})

describe('a picture is taken', () => {
  const takePicture = (change: object) => take('picture', { name: 'Ada', picture: { ...picture, ...change } })

  test('if it is what it says, up to its bounds', async () => {
    expect(await takePicture({})).toBe('taken')
    expect(await takePicture({ image: longPng(maxPictureBytes), alt: ' cat.png ' })).toBe('taken')
  })

  test.each([
    ['it is longer', { image: longPng(maxPictureBytes + 1) }],
    ['it is of another type', { mimeType: 'image/webp' }],
    ['it is of a type with scripts', { mimeType: 'image/svg+xml', image: latin1('<svg/>') }],
    ['it is HTML that says it is a PNG', { image: latin1('<html><script>alert(1)</script>') }],
    ['a script stands behind it', { image: withBytes(png3x2, png3x2.length, latin1('<script>alert(1)</script>')) }],
    ['it is empty', { image: new Uint8Array() }],
    ['it is text', { image: 'iVBORw0KGgo=' }],
    ['it has another size', { width: 2 }],
    ['it has no size', { width: 0, height: 0 }],
    ['its name is endless', { alt: 'a'.repeat(101) }],
  ])('but not if %s', async (_, change) => {
    expect(await takePicture(change)).toBe('invalid-payload')
  })

  test('but not if it unfolds into more pixels than a page shows, whatever it says', async () => {
    const vast = png3x2.slice()
    new DataView(vast.buffer).setUint32(16, maxPictureSidePx + 1)
    expect(await takePicture({ image: vast })).toBe('invalid-payload')
    expect(await takePicture({ image: vast, width: maxPictureSidePx + 1 })).toBe('invalid-payload')
    new DataView(vast.buffer).setUint32(16, maxPictureSidePx)
    expect(await takePicture({ image: vast, width: maxPictureSidePx })).toBe('taken')
  })
})

describe('a voice note is taken', () => {
  const takeVoice = (change: object) => take('voice', { name: 'Ada', voice: { ...voice, ...change } })

  test('if it is what it says, up to its bounds', async () => {
    expect(await takeVoice({})).toBe('taken')
    expect(await takeVoice({ sound: padded(webm, maxVoiceBytes) })).toBe('taken')
  })

  test.each([
    ['it is longer', { sound: padded(webm, maxVoiceBytes + 1) }],
    ['it lasts longer', { durationMs: 10_001 }],
    ['it is of another type', { mimeType: 'audio/mp4' }],
    ['it is a video', { mimeType: 'video/webm' }],
    ['it is HTML', { sound: latin1('<html>') }],
  ])('but not if %s', async (_, change) => {
    expect(await takeVoice(change)).toBe('invalid-payload')
  })
})

describe('the state of a room', () => {
  type Event = { readonly type: 'message' | 'picture' | 'voice'; readonly payload: object }
  const say: Event = { type: 'message', payload: { name: 'Ada', text: 'hello' } }
  const show: Event = { type: 'picture', payload: { name: 'Ada', picture } }
  const speak: Event = { type: 'voice', payload: { name: 'Ada', voice } }

  function stateAfter(events: readonly Event[]): readonly Message[] {
    return events.reduce(
      (state, { type, payload }, index) =>
        fold(room, state, { type, payload: payload as never, offset: index + 1, id: `m${index}`, time: 0 }),
      room.state?.initial() ?? [],
    )
  }

  const kindOf = (message: Message) =>
    'text' in message
      ? 'text'
      : 'picture' in message
        ? message.picture
          ? 'picture'
          : 'no picture'
        : 'voice' in message && message.voice
          ? 'voice'
          : 'no voice'

  test('keeps the order, and the bytes of the newest attachments only', () => {
    expect(stateAfter([show, speak, say, show, show, speak]).map(kindOf)).toEqual([
      'no picture',
      'voice',
      'text',
      'picture',
      'picture',
      'voice',
    ])
    expect(stateAfter([speak, show, show, show, show]).map(kindOf)[0]).toBe('no voice')
  })

  test('keeps the newest hundred messages', () => {
    const state = stateAfter([show, ...Array.from({ length: 100 }, () => say)])
    expect(state).toHaveLength(100)
    expect(state.map(kindOf)).not.toContain('picture')
  })

  test('holds at most 128 KiB of attachments, however many were sent', () => {
    const longest = { ...speak, payload: { name: 'Ada', voice: { ...voice, sound: padded(webm, maxVoiceBytes) } } }
    const state = stateAfter(Array.from({ length: 100 }, () => longest))
    const bytes = state.reduce((sum, message) => sum + ('voice' in message ? (message.voice?.sound.length ?? 0) : 0), 0)
    expect(bytes).toBe(keptAttachments * maxVoiceBytes)
    expect(bytes).toBe(128 << 10)
    expect(Math.max(maxVoiceBytes, maxPictureBytes)).toBe(maxVoiceBytes)
    // As a page embeds it: base64, and some words about each message.
    expect(jsonText(state)?.length).toBeLessThan(((128 << 10) * 4) / 3 + 100 * 100)
  })

  test('is the same whether it was folded in one place or travelled as JSON in between', () => {
    const embedded = JSON.parse(jsonText(stateAfter([say, show, speak])) ?? '')
    expect(liveValue(embedded)).toEqual(stateAfter([say, show, speak]))
  })
})

test('the largest attachment fits into a message of a hub with default limits', () => {
  const message = { name: '가'.repeat(24), voice: { ...voice, sound: padded(webm, maxVoiceBytes) } }
  expect(Buffer.byteLength(jsonText(message) ?? '')).toBeLessThan(60_000)
})
