import { expect, it } from 'vitest'
import { createGenerator } from '../test/generator.ts'
import { utf8Length } from './text.ts'

it('the size of a text in UTF-8 is what an encoder gives, lone surrogates included', () => {
  const generator = createGenerator(6)
  const characters = [
    'a',
    '\u007f',
    '\u0080',
    'é',
    '\u07ff',
    '\u0800',
    '한',
    '\uffff',
    '😀',
    '\u{10ffff}',
    '\ud83d',
    '\ude00',
  ] as const
  const encoder = new TextEncoder()
  for (let round = 0; round < 5_000; round++) {
    const text = generator.text(characters, 12)
    expect(utf8Length(text)).toBe(encoder.encode(text).length)
  }
})
