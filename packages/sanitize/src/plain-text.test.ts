import { describe, expect, test } from 'vitest'
import { plainText } from './index.ts'

const { clean } = plainText()

describe('a plain text', () => {
  test.each([
    ['tags', '<script>hit()</script> & <b>'],
    ['what is escaped', '&lt;b&gt;'],
    ['tabs and lines', 'a\tb\nc'],
    ['emoji that are joined', '👩‍👩‍👧'],
    ['a flag of tags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['marks of a direction', 'a\u200e\u200f\u061cb'],
    ['Persian', 'می‌خواهم'],
    ['nothing', ''],
  ])('keeps %s', (_, text) => {
    expect(clean(text)).toBe(text)
  })

  test.each([
    ['NFD', '한글', '한글'],
    ['an accent of its own', 'e\u0301', 'é'],
    ['an accent behind a control character', 'e\u0000\u0301', 'é'],
    ['lines of other systems', 'a\r\nb\rc\u2028d\u2029e\u0085f', 'a\nb\nc\nd\ne\nf'],
    ['control characters', 'a\u0000b\u0007c\u001bd\u007fe\u009bf', 'abcdef'],
    ['turns of the direction', 'a\u202ab\u202bc\u202cd\u202de\u202ef\u2066g\u2067h\u2068i\u2069j', 'abcdefghij'],
    ['a byte order mark', '\ufeffa', 'a'],
    ['what is no character', 'a\uffffb\ufdd0c', 'abc'],
    ['half a character', 'a\ud83db', 'a\ufffdb'],
  ])('cleans %s', (_, text, cleaned) => {
    expect(clean(text)).toBe(cleaned)
    expect(clean(cleaned)).toBe(cleaned)
  })

  test('is a text of a bounded length', () => {
    const { validate } = plainText({ maxLength: 3 })['~standard']
    expect(validate('abc')).toEqual({ value: 'abc' })
    expect(validate('abcd')).toEqual({ issues: [{ message: 'is longer than 3 characters' }] })
    // NFC makes three characters of this one.
    expect(validate('a\u{1d160}')).toMatchObject({ issues: [{}] })
    for (const value of [undefined, null, 7, {}, ['a'], new String('a')])
      expect(validate(value)).toEqual({ issues: [{ message: 'is no text' }] })
    expect(plainText()['~standard'].validate('a'.repeat(10_001))).toMatchObject({ issues: [{}] })
  })

  test.each([{ maxLength: 0 }, { maxLength: Number.NaN }, { maxLenght: 3 }])('refuses the options %j', (options) => {
    expect(() => plainText(options)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })
})
