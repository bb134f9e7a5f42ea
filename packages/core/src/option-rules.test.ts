import { describe, expect, test } from 'vitest'
import {
  above0,
  anyFunction,
  anyText,
  checkedOptions,
  listOf,
  milliseconds,
  type OptionRule,
  objectWith,
  oneOf,
  optionsInside,
  required,
  whole,
  wholeOrUnbounded,
  yesOrNo,
} from './option-rules.ts'

interface Doors {
  readonly name: string
  readonly origins?: readonly string[]
  readonly waitMs?: number | undefined
  readonly limits?: { readonly maxBytes?: number }
}

const rules = {
  name: required(anyText),
  origins: listOf('origins'),
  waitMs: milliseconds(),
  limits: optionsInside<NonNullable<Doors['limits']>>({ maxBytes: whole('bytes') }),
}
const check = (options: unknown) => checkedOptions<Doors>('createDoor', options as Doors, rules)

describe('options', () => {
  test('that are right come back, without those that are undefined', () => {
    const options = { name: 'a', waitMs: undefined, limits: { maxBytes: undefined } }
    expect(check(options)).toStrictEqual({ name: 'a', limits: {} })
  })

  test.each<[unknown, string]>([
    [{ name: 'a', orgins: [] }, 'createDoor: there is no option "orgins". Did you mean "origins"?'],
    [{ name: 'a', Origins: [] }, 'createDoor: there is no option "Origins". Did you mean "origins"?'],
    [{ name: 'a', wait: 5 }, 'createDoor: there is no option "wait". Did you mean "waitMs"?'],
    [{ name: 'a', colour: 5 }, 'createDoor: there is no option "colour". Known are: name, origins, waitMs, limits.'],
    [{ name: 'a', constructor: 5 }, 'createDoor: there is no option "constructor". Known are:'],
    [
      { name: 'a', limits: { maxByte: 5 } },
      'createDoor: there is no option "limits.maxByte". Did you mean "maxBytes"?',
    ],
    [
      { name: 'a', limits: { maxBytes: -1 } },
      'createDoor: "limits.maxBytes" is -1. Give bytes: a whole number from 0 on.',
    ],
    [{ name: 'a', limits: [] }, 'createDoor: "limits" is a list. Give an object of maxBytes.'],
    [{ name: 'a', origins: 'x' }, 'createDoor: "origins" is "x". Give a list of origins.'],
    [{ name: null }, 'createDoor: "name" is null. Give a text.'],
    [{}, 'createDoor: "name" is missing. Give a text.'],
    [undefined, 'createDoor: the options must be an object, not undefined.'],
    ['/baro', 'createDoor: the options must be an object, not "/baro".'],
  ])('%j are refused, and the message says what to give', (options, message) => {
    expect(() => check(options)).toThrow(message)
    expect(() => check(options)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })

  test('with a name of a megabyte make a short message', () => {
    expect(() => check({ ['x'.repeat(1_000_000)]: 1 })).toThrow(/^.{1,300}$/)
  })
})

describe('a rule', () => {
  const senseless = [Number.NaN, -1, '5', true, null, {}, []]
  test.each<[string, OptionRule, readonly unknown[], readonly unknown[]]>([
    ['whole', whole('bytes'), [0, 5], [...senseless, 0.5, Number.POSITIVE_INFINITY, 2 ** 60]],
    ['whole from 1 on', whole('things', 1), [1, 9], [...senseless, 0]],
    ['whole or unbounded', wholeOrUnbounded('bytes'), [0, Number.POSITIVE_INFINITY], [...senseless, 0.5]],
    ['above 0', above0('messages'), [0.1, 5], [...senseless, 0, Number.POSITIVE_INFINITY]],
    [
      'milliseconds',
      milliseconds(),
      [1, 0.5 + 1, 604_800_000],
      [...senseless, 0, 604_800_001, Number.POSITIVE_INFINITY],
    ],
    ['milliseconds from 0 on', milliseconds(0), [0], senseless],
    ['one of', oneOf('a', 'b'), ['a', 'b'], [...senseless, 'c', 'A']],
    ['yes or no', yesOrNo, [true, false], [0, 1, 'true', null]],
    ['a function', anyFunction, [() => {}, class {}], [5, 'f', {}]],
    [
      'an object with functions',
      objectWith('warn'),
      [console, Object.assign(() => {}, { warn() {} })],
      [null, 5, {}, { warn: 1 }],
    ],
  ])('%s takes what makes sense, and nothing else', (_, { accepts }, taken, refused) => {
    expect(taken.filter((value) => !accepts(value))).toEqual([])
    expect(refused.filter((value) => accepts(value))).toEqual([])
  })
})
