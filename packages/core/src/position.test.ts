import { describe, expect, it } from 'vitest'
import { createGenerator, type Generator } from '../test/generator.ts'
import {
  compareAtTexts,
  comparePositions,
  comparePositionTexts,
  formatPosition,
  maxPositionLength,
  noPosition,
  type Position,
  type PositionOrder,
  parsePosition,
  positionAfter,
  startOf,
} from './position.ts'
import { orThrow } from './result.ts'

const at = (offset: number, check = 'check1', epoch = 'e1'): Position => ({ kind: 'at', epoch, offset, check })

function somePosition(generator: Generator): Position {
  const word = `x${generator.text('ABCabc019_-~', 20)}`
  const number = () => String(1 + generator.whole(2 ** 31)) + generator.text('0123456789', 8)
  switch (generator.whole(4)) {
    case 0:
      return startOf(word)
    case 1:
      return { kind: 'none' }
    case 2:
      return someQueried(word, generator, number)
    default:
      return {
        kind: 'at',
        epoch: word,
        offset: 1 + generator.whole(2 ** 53 - 1),
        check: `y${generator.text('Aa0_-', 5)}`,
      }
  }
}

function someQueried(epoch: string, generator: Generator, number: () => string): Position {
  const xmin = BigInt(number())
  const xip: bigint[] = []
  for (let left = generator.whole(5); left > 0; left--) xip.push((xip.at(-1) ?? xmin) + BigInt(1 + generator.whole(99)))
  const xmax = (xip.at(-1) ?? xmin) + BigInt(1 + generator.whole(1000))
  return { kind: 'queried', epoch, xmin: String(xmin), xmax: String(xmax), xip: xip.map(String) }
}

describe('a position', () => {
  it('is written in a versioned spelling', () => {
    expect(formatPosition(at(41))).toBe('1a.e1.41.check1')
    expect(formatPosition(startOf('e1'))).toBe('1a.e1.0.')
    expect(formatPosition({ kind: 'queried', epoch: 'db', xmin: '730', xmax: '735', xip: ['731', '733'] })).toBe(
      '1q.db.ka.5.1~2',
    )
    expect(formatPosition({ kind: 'none' })).toBe(noPosition)
  })

  it('comes back from its text, and its text from it', () => {
    const generator = createGenerator(7)
    for (let round = 0; round < 10_000; round++) {
      const position = somePosition(generator)
      const text = formatPosition(position)
      expect(text).toMatch(/^[A-Za-z0-9._~-]+$/)
      expect(orThrow(parsePosition(text))).toEqual(position)
    }
  })

  it('has one spelling: every text that is read is the one it would be written as', () => {
    const generator = createGenerator(8)
    let read = 0
    for (let round = 0; round < 50_000; round++) {
      const text = formatPosition(somePosition(generator))
      const place = generator.whole(text.length + 1)
      const cut = place + generator.whole(3)
      const mutated = text.slice(0, place) + generator.text('0123456789.~-_aq ', 2) + text.slice(cut)
      const result = parsePosition(mutated)
      if (!result.ok) continue
      read++
      expect(formatPosition(result.value)).toBe(mutated)
    }
    expect(read).toBeGreaterThan(5_000)
  })

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['a number', '41'],
    ['another case of "none"', 'None'],
    ['no version', 'a.e1.41.check1'],
    ['an unknown version', '2a.e1.41.check1'],
    ['an unknown kind', '1b.e1.41.check1'],
    ['no check', '1a.e1.41'],
    ['an empty check after a publication', '1a.e1.41.'],
    ['a check before the first publication', '1a.e1.0.check1'],
    ['a check that is too long', '1a.e1.41.check12'],
    ['a check with another character', '1a.e1.41.che~k1'],
    ['an empty epoch', '1a..41.check1'],
    ['an epoch that is too long', `1a.${'e'.repeat(65)}.41.check1`],
    ['an epoch with another character', '1a.e 1.41.check1'],
    ['no offset', '1a.e1..check1'],
    ['a negative offset', '1a.e1.-1.check1'],
    ['a fractional offset', '1a.e1.1.5.check1'],
    ['a signed offset', '1a.e1.+1.check1'],
    ['an offset with a leading zero', '1a.e1.041.check1'],
    ['an offset in another notation', '1a.e1.1e3.check1'],
    ['an offset beyond the safe integers', '1a.e1.9007199254740992.check1'],
    ['an offset of 17 digits', '1a.e1.10000000000000000.check1'],
    ['digits of another script', '1a.e1.４１.check1'],
    ['a space before', ' 1a.e1.41.check1'],
    ['a line feed after', '1a.e1.41.check1\n'],
    ['a field too many', '1a.e1.41.check1.x'],
    ['a query without its end', '1q.db.ka.5'],
    ['a query with an empty transaction', '1q.db.ka.5.1~'],
    ['a query with one transaction twice', '1q.db.ka.5.1~0'],
    ['a query with a transaction beyond its end', '1q.db.ka.5.5'],
    ['a query in another case', '1q.db.KA.5.'],
    ['a query beyond 64 bits', '1q.db.3w5e11264sgsf.1.'],
    ['a query with a leading zero', '1q.db.0ka.5.'],
    ['a query with a transaction id of 14 digits', `1q.db.${'1'.repeat(14)}.5.`],
  ])('is refused with %s: %j', (_, text) => {
    expect(parsePosition(text)).toMatchObject({ ok: false, error: { code: 'bad-position' } })
    expect(comparePositionTexts(text, text)).toBe('unrelated')
  })

  it('is bounded: a huge text is refused, and does not come back in the message', () => {
    const longest = `1q.db.1.zzz.${Array.from({ length: 506 }, () => '1').join('~')}1`
    expect(longest.length).toBe(maxPositionLength)
    expect(parsePosition(longest).ok).toBe(true)
    for (const text of [`${longest}1`, `1a.e1.1.${'c'.repeat(1_000_000)}`]) {
      const result = parsePosition(text)
      expect(result.ok || result.error.message.length).toBeLessThan(200)
    }
  })

  it('reaches the largest safe offset', () => {
    expect(orThrow(parsePosition('1a.e1.9007199254740991.c'))).toEqual(at(Number.MAX_SAFE_INTEGER, 'c'))
  })

  it('after a publication carries the last six characters of its id', () => {
    expect(positionAfter('e1', { offset: 3, id: 'abcdefghij' })).toEqual(at(3, 'efghij'))
    expect(positionAfter('e1', { offset: 3, id: 'ab' })).toEqual(at(3, 'ab'))
  })
})

describe('one position stands to another', () => {
  const queried: Position = { kind: 'queried', epoch: 'e1', xmin: '1', xmax: '2', xip: [] }
  const none: Position = { kind: 'none' }

  it.each<[string, Position, Position, PositionOrder]>([
    ['as same', at(5), at(5), 'same'],
    ['as same at the start', startOf('e1'), startOf('e1'), 'same'],
    ['as older', at(4, 'other'), at(5), 'older'],
    ['as older from the start', startOf('e1'), at(1), 'older'],
    ['as newer', at(6, 'other'), at(5), 'newer'],
    ['as newer by number, not by text', at(10), at(9), 'newer'],
    ['I4: as unrelated in another epoch', at(5, 'check1', 'e2'), at(5), 'unrelated'],
    ['I4: as unrelated in another epoch, also at the start', startOf('e2'), startOf('e1'), 'unrelated'],
    ['I4: as unrelated with another check at the same offset', at(5, 'check2'), at(5), 'unrelated'],
    ['as unrelated if it is of another kind', queried, at(5), 'unrelated'],
    ['as unrelated if it is nowhere', none, at(5), 'unrelated'],
    ['as unrelated if both are queries and differ', queried, { ...queried, xmax: '3' }, 'unrelated'],
    ['as same if both are the same query', queried, { ...queried }, 'same'],
    ['as same if both are nowhere', none, { kind: 'none' }, 'same'],
  ])('%s', (_, a, b, expected) => {
    const opposite = { older: 'newer', newer: 'older', same: 'same', unrelated: 'unrelated' } as const
    expect(comparePositions(a, b)).toBe(expected)
    expect(comparePositions(b, a)).toBe(opposite[expected])
    expect(comparePositionTexts(formatPosition(a), formatPosition(b))).toBe(expected)
    const sign = { older: -1, same: 0, newer: 1, unrelated: undefined }[expected]
    const order = compareAtTexts(formatPosition(a), formatPosition(b))
    expect(order && Math.sign(order)).toBe(a.kind === 'at' && b.kind === 'at' ? sign : undefined)
  })

  it('as unrelated if one of them is no position', () => {
    expect(comparePositionTexts('garbage', formatPosition(at(5)))).toBe('unrelated')
    expect(comparePositionTexts(formatPosition(at(5)), '')).toBe('unrelated')
    for (const none of [undefined, '', 'garbage', 'none']) {
      expect(compareAtTexts(none, formatPosition(at(5)))).toBeUndefined()
      expect(compareAtTexts(formatPosition(at(5)), none)).toBeUndefined()
      expect(compareAtTexts(none, none)).toBeUndefined()
    }
  })
})
