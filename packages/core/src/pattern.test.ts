import { describe, expect, it } from 'vitest'
import { createGenerator } from '../test/generator.ts'
import { parseChannelName } from './channel-name.ts'
import { createPattern, matchPattern, nameFrom, overlap } from './pattern.ts'
import { orThrow } from './result.ts'

function read(pattern: string, name: string): Record<string, string> | undefined {
  const params = matchPattern(createPattern(pattern), orThrow(parseChannelName(name)))
  return params && { ...params }
}

describe('a pattern', () => {
  it.each([
    ['an empty segment', 'room:'],
    ['nothing', ''],
    ['an unnamed parameter', 'room:{}'],
    ['a parameter inside a segment', 'room-{id}'],
    ['a wildcard', 'room:*'],
    ['a parameter name that starts with a digit', 'room:{1}'],
    ['a literal that is not canonical', 'room:%41'],
    ['a raw literal that needs encoding', '채팅:{id}'],
    ['a path step', '..'],
  ])('is refused with %s: %j', (_, text) => {
    expect(() => createPattern(text)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })

  it('is refused if it names a parameter twice', () => {
    expect(() => createPattern('pair:{id}:{id}')).toThrow('names {id} twice')
  })

  it('reads its parameters, decoded', () => {
    expect(read('room:{id}', 'room:42')).toEqual({ id: '42' })
    expect(read('room:{id}', 'room:%ED%95%9C%EA%B8%80')).toEqual({ id: '한글' })
    expect(read('{a}:of:{b}', 'x:of:y')).toEqual({ a: 'x', b: 'y' })
    expect(read('lobby', 'lobby')).toEqual({})
  })

  it('gives a parameter exactly one segment, also when its value holds ":"', () => {
    expect(read('room:{id}', 'room')).toBeUndefined()
    expect(read('room:{id}', 'room:42:7')).toBeUndefined()
    expect(read('room:{id}', 'room:42%3A7')).toEqual({ id: '42:7' })
  })

  it('compares literals by their canonical spelling', () => {
    expect(read('%EC%B1%84%ED%8C%85:{id}', '%EC%B1%84%ED%8C%85:1')).toEqual({ id: '1' })
    expect(read('room:{id}', 'Room:1')).toBeUndefined()
  })

  it('reads parameters into an object without a prototype', () => {
    const params = matchPattern(createPattern('room:{constructor}'), ['room', '7'])
    expect(params && Object.getPrototypeOf(params)).toBeNull()
    expect(params?.constructor).toBe('7')
  })
})

describe('a rule of a parameter', () => {
  const isWord = (value: string) => /^[a-z가-힣]{1,4}$/.test(value)
  const room = createPattern('room:{id}', { id: isWord })

  it('is the same for who writes a name and who reads one', () => {
    for (const id of ['a', 'abcd', '한글', '한글'.normalize('NFD')]) {
      const segments = orThrow(parseChannelName(nameFrom(room, { id })))
      expect(matchPattern(room, segments)).toMatchObject({ id: id.normalize('NFC') })
    }
    for (const id of ['A', 'abcde', '../../evil', '\u0000', 7]) {
      expect(() => nameFrom(room, { id })).toThrow(expect.objectContaining({ code: 'bad-name' }))
      expect(matchPattern(room, ['room', String(id)])).toBeUndefined()
    }
  })

  it('is refused for a parameter that the pattern does not name', () => {
    expect(() => createPattern('room:{id}', { name: isWord })).toThrow(
      expect.objectContaining({ code: 'bad-definition' }),
    )
    expect(matchPattern(createPattern('room:{toString}'), ['room', 'A'])).toMatchObject({ toString: 'A' })
  })
})

describe('the name from a pattern', () => {
  const room = createPattern('room:{id}')

  it('has every parameter encoded', () => {
    expect(nameFrom(room, { id: 42 })).toBe('room:42')
    expect(nameFrom(room, { id: 'a:b/한' })).toBe('room:a%3Ab%2F%ED%95%9C')
  })

  it.each([
    ['is missing', {}],
    ['is undefined', { id: undefined }],
    ['is null', { id: null }],
    ['is empty', { id: '' }],
    ['is no number', { id: Number.NaN }],
    ['is a list, as a catch-all route gives it', { id: ['a', 'b'] }],
    ['is half of a surrogate pair', { id: '\ud83d' }],
    ['makes the name longer than 255 bytes', { id: '한'.repeat(28) }],
  ])('is refused if a parameter %s', (_, params) => {
    expect(() => nameFrom(room, params as never)).toThrow(expect.objectContaining({ code: 'bad-name' }))
  })

  it('takes no parameter from a prototype', () => {
    expect(() => nameFrom(createPattern('room:{constructor}'), {})).toThrow('needs {constructor}')
  })

  it('is refused if it is a path step', () => {
    expect(() => nameFrom(createPattern('{page}'), { page: '..' })).toThrow(
      expect.objectContaining({ code: 'bad-name' }),
    )
    expect(nameFrom(createPattern('{page}:{part}'), { page: '..', part: '.' })).toBe('..:.')
  })

  it('gives the parameters back, whatever they hold', () => {
    const generator = createGenerator(3)
    const pattern = createPattern('{a}:mid:{b}')
    const characters = ['a', '0', '.', ':', '%', '{', '}', ' ', '한', 'ㅏ', '😀', '\u0000'] as const
    for (let round = 0; round < 5_000; round++) {
      const params = { a: `x${generator.text(characters, 5)}`, b: `y${generator.text(characters, 5)}` }
      const segments = orThrow(parseChannelName(nameFrom(pattern, params)))
      expect({ ...matchPattern(pattern, segments) }).toEqual({
        a: params.a.normalize('NFC'),
        b: params.b.normalize('NFC'),
      })
    }
  })
})

describe('two patterns', () => {
  it.each([
    ['room:{id}', 'room:{name}', true],
    ['room:{id}', 'room:lobby', true],
    ['room:{id}', '{kind}:lobby', true],
    ['{a}:{b}', 'room:{id}', true],
    ['lobby', 'lobby', true],
    ['room:{id}', 'user:{id}', false],
    ['room:{id}', 'room:{id}:typing', false],
    ['{a}:x', '{a}:y', false],
    ['room', 'lobby', false],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect(overlap(createPattern(a), createPattern(b))).toBe(expected)
    expect(overlap(createPattern(b), createPattern(a))).toBe(expected)
  })

  it('overlap exactly if there is a name that both match', () => {
    const generator = createGenerator(4)
    const segments = ['a', 'b', '{p}', '{q}', '{r}'] as const
    const names = ['a', 'b', 'c'].flatMap((x) => [
      x,
      ...['a', 'b', 'c'].flatMap((y) => [`${x}:${y}`, ...['a', 'b', 'c'].map((z) => `${x}:${y}:${z}`)]),
    ])
    const found = { overlapping: 0, apart: 0 }
    for (let round = 0; round < 2_000; round++) {
      const random = () => {
        const text = [...new Set(Array.from({ length: 1 + generator.whole(3) }, () => generator.pick(segments)))].join(
          ':',
        )
        return createPattern(text)
      }
      const [one, other] = [random(), random()]
      const both = names.some((name) => matchPattern(one, name.split(':')) && matchPattern(other, name.split(':')))
      expect(overlap(one, other), `${one.text} and ${other.text}`).toBe(both)
      found[both ? 'overlapping' : 'apart']++
    }
    expect(Math.min(found.overlapping, found.apart)).toBeGreaterThan(100)
  })
})
