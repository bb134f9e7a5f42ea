import type { Json } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { footprintOf, StateFootprint } from './footprint.ts'

const many = (value: Json): Json => Array.from({ length: 10_000 }, () => value)

describe('the footprint of a value', () => {
  // Bytes of heap, measured on Node 20 for each of ten thousand.
  test.each<[string, Json, number]>([
    ['empty objects', {}, 64],
    ['empty lists', [], 40],
    ['numbers', 1, 8],
    ['short texts', 'text', 40],
    ['objects with a key', { k: 0 }, 40],
    ['rows', { id: 1, name: 'user 17', text: 'hello there, how are you doing 17', ok: true }, 154],
  ])('I7: is near what it takes in memory: %s', (_, value, measured) => {
    const estimated = footprintOf(many(value)) / 10_000
    expect(estimated).toBeGreaterThan(measured / 2.5)
    expect(estimated).toBeLessThan(measured * 2.5)
  })

  test('I7: counts what JSON hides: 64 KB of empty objects take far more', () => {
    expect(footprintOf(many({}))).toBeGreaterThan(15 * JSON.stringify(many({})).length)
  })

  test('counts bytes, and texts that are not of one byte for each character', () => {
    expect(footprintOf(new Uint8Array(5_000))).toBeGreaterThan(5_000)
    expect(footprintOf('한'.repeat(1_000))).toBeGreaterThan(2_000)
  })

  test('ends, whatever it is given', () => {
    const circle: Json[] = []
    circle.push(circle)
    expect(footprintOf(circle)).toBeGreaterThan(0)
    expect(footprintOf(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).toBeGreaterThan(0)
  })
})

describe('the footprint of a state', () => {
  test('I7: is never far below what the state takes, whether it grows or is bounded', () => {
    for (const kept of [10, 100_000]) {
      const footprint = new StateFootprint()
      let list: readonly string[] = []
      for (let index = 0; index < 2_000; index++) {
        const text = `${index}`.padEnd(100, 'x')
        list = [...list, text].slice(-kept)
        footprint.replaced([...list], footprintOf(text))
        expect(footprint.bytes).toBeGreaterThan(footprintOf([...list]) * 0.9)
        expect(footprint.bytes).toBeLessThan(footprintOf([...list]) * 1.5 + 1_000)
      }
    }
  })

  test('is weighed seldom: a large one that changes a thousand times is looked at some twenty times', () => {
    let looks = 0
    const state = {
      get list() {
        looks++
        return many(1)
      },
    }
    const footprint = new StateFootprint()
    for (let times = 0; times < 1_000; times++) footprint.replaced(state, 10)
    expect(looks).toBeGreaterThan(10)
    expect(looks).toBeLessThan(25)
  })
})
