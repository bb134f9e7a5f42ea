import { describe, expect, it } from 'vitest'
import { createGenerator } from '../test/generator.ts'
import { encodeSegment, maxChannelNameBytes, parseChannelName } from './channel-name.ts'
import { orThrow } from './result.ts'

function codeOf(name: string): string | undefined {
  const result = parseChannelName(name)
  return result.ok ? undefined : result.error.code
}

describe('a segment of a channel name', () => {
  it.each([
    ['the unreserved characters as they are', 'AZaz09_.~-', 'AZaz09_.~-'],
    ['a space, which is never "+"', 'a b+c', 'a%20b%2Bc'],
    ['what joins segments and what a URL reads', ':/?#%', '%3A%2F%3F%23%25'],
    ['what encodeURIComponent would leave alone', "!'()*", '%21%27%28%29%2A'],
    ['Hangul as UTF-8', '한글', '%ED%95%9C%EA%B8%80'],
    ['a character of two UTF-16 units', '😀', '%F0%9F%98%80'],
    ['a control character', '\u0000\n', '%00%0A'],
  ])('is written with %s', (_, value, encoded) => {
    expect(encodeSegment(value)).toBe(encoded)
    expect(parseChannelName(encoded)).toEqual({ ok: true, value: [value] })
  })

  it('has one spelling for one text: composed and decomposed Hangul meet in NFC', () => {
    const decomposed = '한글'.normalize('NFD')
    expect(decomposed).not.toBe('한글')
    expect(encodeSegment(decomposed)).toBe(encodeSegment('한글'))
    expect(codeOf(encodeURIComponent(decomposed))).toBe('bad-name')
  })

  it('is refused if it is empty', () => {
    expect(() => encodeSegment('')).toThrow(expect.objectContaining({ code: 'bad-name' }))
  })

  it.each(['\ud83d', '\ude00', 'a\ud83db'])('is refused if it holds half of a surrogate pair: %j', (value) => {
    expect(() => encodeSegment(value)).toThrow(expect.objectContaining({ code: 'bad-name' }))
  })
})

describe('a channel name', () => {
  it('is split at ":" into its decoded segments', () => {
    expect(orThrow(parseChannelName('shop:%ED%95%9C%EA%B8%80:42'))).toEqual(['shop', '한글', '42'])
    expect(orThrow(parseChannelName('a%3Ab:c'))).toEqual(['a:b', 'c'])
  })

  it.each([
    ['nothing at all', ''],
    ['an empty segment', 'room:'],
    ['an empty first segment', ':room'],
    ['two colons in a row', 'room::42'],
    ['a raw space', 'room:a b'],
    ['raw Hangul', 'room:한글'],
    ['a slash', 'room/42'],
    ['a query', 'room?x'],
    ['a line feed at the end', 'room\n'],
    ['an unreserved character percent-encoded', 'room:%41'],
    ['a dot percent-encoded', '%2E%2E'],
    ['lower-case hexadecimal digits', 'room:%ed%95%9c'],
    ['half an escape', 'room:%E'],
    ['a percent sign', '100%'],
    ['bytes that are not UTF-8', 'room:%FF'],
    ['an overlong encoding of "/"', 'room:%C0%AF'],
    ['an encoded surrogate', 'room:%ED%A0%80'],
    ['a raw half of a surrogate pair', 'room:\ud83d'],
  ])('is refused with %s: %j', (_, name) => {
    expect(codeOf(name)).toBe('bad-name')
  })

  it('is refused as "." and "..", which a URL takes for a path step, and accepted with dots elsewhere', () => {
    expect(codeOf('.')).toBe('bad-name')
    expect(codeOf('..')).toBe('bad-name')
    for (const name of ['...', 'a.b', 'a:..', '..:a', '.hidden']) {
      expect(orThrow(parseChannelName(name)).join(':')).toBe(name)
      expect(new URL(`http://host/baro/channels/${name}`).pathname).toBe(`/baro/channels/${name}`)
    }
  })

  it('has at most 255 bytes in its encoded form', () => {
    expect(maxChannelNameBytes).toBe(255)
    expect(codeOf('a'.repeat(255))).toBeUndefined()
    expect(codeOf('a'.repeat(256))).toBe('bad-name')
    expect(codeOf(encodeSegment('한'.repeat(28)))).toBeUndefined()
    expect(codeOf(encodeSegment('한'.repeat(29)))).toBe('bad-name')
  })

  it('keeps a long hostile name out of the error message', () => {
    const result = parseChannelName('%'.repeat(1_000_000))
    expect(result.ok || result.error.message.length).toBeLessThan(250)
  })

  it('comes back from its spelling, whatever Unicode the segments hold', () => {
    const generator = createGenerator(1)
    const characters = [
      'a',
      'Z',
      '7',
      '_',
      '.',
      '~',
      '-',
      ':',
      '/',
      '%',
      '+',
      ' ',
      "'",
      '\u0000',
      'é',
      'e\u0301',
      '한',
      'ㅎ',
      '\u1112\u1161\u11ab',
      'ﬁ',
      '\u2028',
      '😀',
      '👩‍🚀',
    ] as const
    for (let round = 0; round < 5_000; round++) {
      const segments = Array.from({ length: 1 + generator.whole(3) }, () => `x${generator.text(characters, 4)}`)
      const name = segments.map(encodeSegment).join(':')
      expect(name).toMatch(/^[A-Za-z0-9_.~%:-]+$/)
      if (name.length <= maxChannelNameBytes)
        expect(orThrow(parseChannelName(name))).toEqual(segments.map((segment) => segment.normalize('NFC')))
    }
  })

  it('has no second spelling: every text that is accepted is the one its segments are written as', () => {
    const generator = createGenerator(2)
    const pieces = [
      'a',
      'B',
      '0',
      '.',
      '~',
      ':',
      '%',
      '%4',
      '%41',
      '%2F',
      '%2f',
      '%3A',
      '%ED%95%9C',
      '%E1%84%92',
      '%E1%85%A1',
      'é',
      '한',
    ] as const
    let accepted = 0
    for (let round = 0; round < 20_000; round++) {
      const name = generator.text(pieces, 5)
      const result = parseChannelName(name)
      if (!result.ok) continue
      accepted++
      expect(result.value.map(encodeSegment).join(':')).toBe(name)
    }
    expect(accepted).toBeGreaterThan(1_000)
  })
})
