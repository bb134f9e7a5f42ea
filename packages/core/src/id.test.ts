import { describe, expect, it } from 'vitest'
import { createGenerator } from '../test/generator.ts'
import { checkOf, createId, parseId } from './id.ts'
import { formatPosition, parsePosition, positionAfter } from './position.ts'
import { systemRandomness } from './system/randomness.ts'

describe('an id', () => {
  it('is made of 16 characters that carry 6 random bits each', () => {
    const counting = {
      fraction: () => 0,
      bytes: (count: number) => Uint8Array.from({ length: count }, (_, i) => 255 - i * 17),
    }
    expect(createId(counting)).toBe('_-7dzLuqmYh3ZlVE')
    expect(createId(systemRandomness)).toMatch(/^[A-Za-z0-9_-]{16}$/)
  })

  it('depends on every random byte', () => {
    const bytes = new Uint8Array(12)
    const ids = new Set([createId({ fraction: () => 0, bytes: () => bytes })])
    for (let index = 0; index < 12; index++) {
      const changed = Uint8Array.from(bytes)
      changed[index] = 1
      ids.add(createId({ fraction: () => 0, bytes: () => changed }))
    }
    expect(ids.size).toBe(13)
  })

  it.each(['a', 'A-Z_09', 'x'.repeat(64)])('of a client is accepted: %j', (id) => {
    expect(parseId(id)).toEqual({ ok: true, value: id })
  })

  it.each(['', 'x'.repeat(65), 'a b', 'a.b', 'a:b', 'a\n', '한', 'a/b'])('of a client is refused: %j', (id) => {
    expect(parseId(id)).toMatchObject({ ok: false, error: { code: 'bad-id' } })
  })

  it('has a check that fits into a position, however short or long the id is', () => {
    const generator = createGenerator(5)
    for (let round = 0; round < 1_000; round++) {
      const id = `x${generator.text('ABCxyz019-_', 63)}`
      expect(checkOf(id)).toBe(id.slice(-6))
      const position = positionAfter('epoch', { offset: 1 + generator.whole(1_000), id })
      expect(parsePosition(formatPosition(position))).toEqual({ ok: true, value: position })
    }
  })
})
