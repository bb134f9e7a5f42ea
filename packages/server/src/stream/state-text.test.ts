import { asBytes } from '@baro/core/protocol'
import { describe, expect, test, vi } from 'vitest'
import { stateText } from './state-text.ts'

const misused = vi.fn()
const form = { 'baro:bytes': 'aGVsbG8=' }

describe('the text of a state', () => {
  test.each<[string, unknown]>([
    ['without bytes', { a: [1, 'baro:bytes', '{"baro:bytes":"x"}'] }],
    ['with bytes', { a: [asBytes(new TextEncoder().encode('hello'))], b: form }],
    ['that is a text', 'baro:bytes'],
    ['that is nothing', null],
  ])('%s is its JSON', (_, state) => {
    misused.mockReset()
    expect(stateText(state, misused)).toBe(JSON.stringify(state))
    expect(misused).not.toHaveBeenCalled()
  })

  test.each<[string, unknown, unknown]>([
    ['base64 that is none', { a: { 'baro:bytes': 'no!' } }, { a: {} }],
    ['a number', [{ 'baro:bytes': 1 }, form], [{}, form]],
    ['a key beside it', { 'baro:bytes': 'aGVsbG8=', b: form }, { b: form }],
    ['itself', { 'baro:bytes': form }, {}],
    ['what is hidden in it', { 'baro:bytes': { 'baro:bytes': 'no!' }, a: 1 }, { a: 1 }],
    ['a key __proto__', JSON.parse('{"baro:bytes":"aGVsbG8=","__proto__":{}}'), JSON.parse('{"__proto__":{}}')],
  ])('leaves out a key "baro:bytes" with %s, and says so', (_, state, rest) => {
    misused.mockReset()
    expect(stateText(state, misused)).toBe(JSON.stringify(rest))
    expect(misused).toHaveBeenCalledTimes(1)
  })

  test('of what JSON cannot hold is none', () => {
    expect(() => stateText({ a: 1n }, misused)).toThrow(TypeError)
    expect(stateText(undefined, misused)).toBe(undefined)
  })
})
