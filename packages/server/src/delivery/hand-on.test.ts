import { describe, expect, test } from 'vitest'
import { type Gathered, type HandedOn, mayHandOn, mayHandOnAtOnce } from './hand-on.ts'

const one: Gathered = { deliveries: 1, sinceMs: 1_000, lastMs: 1_000 }
const last: HandedOn = { deliveries: 32, atMs: 500, tookMs: 3, writtenInMs: 64 }

describe('channels hand on', () => {
  test.each<[string, HandedOn]>([
    ['nothing was before', { deliveries: 0, atMs: 0, tookMs: 0, writtenInMs: 0 }],
    ['one came alone before, however long it took to write', { ...last, deliveries: 1, writtenInMs: 10_000 }],
    ['a bunch was written in no time', { ...last, writtenInMs: 0 }],
  ])('at once if %s', (_, before) => {
    expect(mayHandOn(one, before, 1_000)).toBe(true)
  })

  test('after a bunch that took long to write, when no more has come for a 64th of that', () => {
    expect(mayHandOn(one, last, 1_000.9)).toBe(false)
    expect(mayHandOn(one, last, 1_001)).toBe(true)
    expect(mayHandOn({ ...one, lastMs: 1_000.5 }, last, 1_001)).toBe(false)
  })

  test('after an eighth of that at the latest, though more comes', () => {
    expect(mayHandOn({ deliveries: 9, sinceMs: 1_000, lastMs: 1_007.9 }, last, 1_007.9)).toBe(false)
    expect(mayHandOn({ deliveries: 9, sinceMs: 1_000, lastMs: 1_008 }, last, 1_008)).toBe(true)
  })

  test('after 8 ms at the latest, however long the last bunch took', () => {
    const long = { ...last, writtenInMs: 60_000 }
    expect(mayHandOn(one, long, 1_001)).toBe(true)
    expect(mayHandOn({ deliveries: 9, sinceMs: 1_000, lastMs: 1_008 }, long, 1_008)).toBe(true)
  })

  test('while sockets wait for their turn, for no more than an eighth of the time', () => {
    const isWriting = { ...last, writtenInMs: undefined }
    expect(mayHandOn(one, isWriting, 523)).toBe(false)
    expect(mayHandOn(one, isWriting, 524)).toBe(true)
  })

  test('while sockets wait for their turn, 50 ms after the last time at the latest', () => {
    const isWriting = { ...last, tookMs: 300, writtenInMs: undefined }
    expect(mayHandOn(one, isWriting, 549)).toBe(false)
    expect(mayHandOn(one, isWriting, 550)).toBe(true)
  })
})

describe('what comes first in a turn is handed on before the turn ends', () => {
  const alone: HandedOn = { deliveries: 1, atMs: 500, tookMs: 0.1, writtenInMs: 0.2 }

  test.each<[boolean, string, HandedOn]>([
    [true, 'nothing was before', { deliveries: 0, atMs: 0, tookMs: 0, writtenInMs: 0 }],
    [true, 'one came alone before, to a small room', alone],
    [false, 'several came together before', { ...alone, deliveries: 2 }],
    [false, 'the room is large: whatever comes in the same turn would be a second round', { ...alone, writtenInMs: 1 }],
    [false, 'sockets wait for their turn', { ...alone, writtenInMs: undefined }],
  ])('%s if %s', (isAtOnce, _, before) => {
    expect(mayHandOnAtOnce(before)).toBe(isAtOnce)
  })
})
