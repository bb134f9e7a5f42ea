import { expect, test } from 'vitest'
import { Keeping, madeOnce } from './made-once.ts'

test('what is made of an object is made once for each maker, nothing included', () => {
  class Kept extends Keeping {}
  for (const of of [() => ({}), () => new Kept()]) makesOnce(of(), of())
})

function makesOnce(one: object, other: object): void {
  const counts = { bytes: 0, nothing: 0 }
  const bytes = () => new Uint8Array(++counts.bytes)
  const nothing = () => {
    counts.nothing++
  }
  expect(madeOnce(one, bytes)).toBe(madeOnce(one, bytes))
  expect([madeOnce(one, nothing), madeOnce(one, nothing)]).toEqual([undefined, undefined])
  expect(counts).toEqual({ bytes: 1, nothing: 1 })
  expect(madeOnce(other, bytes)).not.toBe(madeOnce(one, bytes))
}
