import { expect, test } from 'vitest'
import { inWords, say } from '../../examples/site/i18n/phrase.ts'

interface Sample {
  readonly plain: string
  readonly list: readonly string[]
  readonly here: (count: number) => string
  readonly left: (isOver: boolean, seconds: number) => string
  readonly called: (name: string) => string
  readonly from: (name: string, text: string) => string
}

const texts = {
  plain: 'as it is: {0}',
  list: ['a', 'b'],
  here: say({ 1: 'one is here', else: '{0} are here' }),
  left: say({ true: 'over', else: '{1} s left' }),
  called: say({ 1: 'Lounge', else: 'room {0}' }),
  from: say('{1}, by {0}'),
}

test('a phrase is said with its values, in the form that the first of them chooses', () => {
  const words = inWords<Sample>(texts, 'en')
  expect([words.here(0), words.here(1), words.here(1_234)]).toEqual(['0 are here', 'one is here', '1,234 are here'])
  expect([words.left(true, 3), words.left(false, 3)]).toEqual(['over', '3 s left'])
  expect([words.plain, words.list]).toEqual(['as it is: {0}', ['a', 'b']])
})

test('what a value says is no place for another, and no name of a form that nobody wrote', () => {
  const words = inWords<Sample>(texts, 'en')
  expect(words.from('{1}', '$& {0}')).toBe('$& {0}, by {1}')
  expect([words.called('toString'), words.called('__proto__')]).toEqual(['room toString', 'room __proto__'])
})

test('it travels as JSON', () => {
  expect(inWords<Sample>(JSON.parse(JSON.stringify(texts)), 'ko').here(1_234)).toBe('1,234 are here')
})
