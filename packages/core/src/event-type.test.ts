import { describe, expect, it } from 'vitest'
import { maxEventTypeBytes, parseEventType } from './event-type.ts'

describe('an event type', () => {
  it.each([
    'message',
    'chat message',
    'order.created',
    '한글 이름',
    '👩‍🚀',
    'INSERT',
    '__proto__',
    'baro',
    'Baro:x',
    ' ',
  ])('is any printable text: %j', (type) => {
    expect(parseEventType(type)).toEqual({ ok: true, value: type })
  })

  it.each([
    ['empty', ''],
    ['a tab', 'a\tb'],
    ['a line feed', 'a\n'],
    ['a NUL', '\u0000'],
    ['a C1 control', '\u0085'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['half of a surrogate pair', 'a\ud83d'],
    ['a private-use character', '\ue000'],
    ['a code point that is no character', '\ufffe'],
  ])('is refused if it is or holds %s: %j', (_, type) => {
    const result = parseEventType(type)
    expect(result.ok || result.error.code).toBe('bad-message')
  })

  it('leaves "baro:" to the protocol', () => {
    for (const type of ['baro:', 'baro:reset', 'baro:anything'])
      expect(parseEventType(type)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
  })

  it('has at most 128 bytes of UTF-8', () => {
    expect(maxEventTypeBytes).toBe(128)
    expect(parseEventType('a'.repeat(128)).ok).toBe(true)
    expect(parseEventType('a'.repeat(129)).ok).toBe(false)
    expect(parseEventType(`${'한'.repeat(42)}ab`).ok).toBe(true)
    expect(parseEventType('한'.repeat(43)).ok).toBe(false)
    expect(parseEventType('😀'.repeat(32)).ok).toBe(true)
    expect(parseEventType('😀'.repeat(33)).ok).toBe(false)
  })
})
