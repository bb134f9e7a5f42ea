import { describe, expect, test } from 'vitest'
import { type Piece, RoundPieces } from './round-pieces.ts'

const insert = (id: number) => ({ kind: 'insert', new: { id: String(id) } }) as const

const short = (pieces: readonly Piece[]) =>
  pieces.map(({ table, number, changes }) => [
    `${table} ${number}`,
    changes.map(({ new: row, isLast, place }) => `${row?.id}${isLast ? '!' : ''}@${place}`).join(' '),
  ])

describe('the pieces of a round', () => {
  test('the last change of each transaction in each table is marked', () => {
    const pieces = new RoundPieces()
    pieces.push('a', 7n, insert(1), 10)
    pieces.push('b', 7n, insert(2), 10)
    pieces.push('a', 7n, insert(3), 10)
    pieces.commit()
    pieces.push('a', 8n, insert(4), 10)
    pieces.commit()
    expect(short(pieces.takeAll())).toEqual([
      ['a 1', '1@1 3!@3 4!@1'],
      ['b 1', '2!@2'],
    ])
    expect(pieces.takeAll()).toEqual([])
  })

  test('a large transaction is cut while it comes, and its last change is known at its end', () => {
    const pieces = new RoundPieces()
    const all: Piece[] = []
    for (let id = 1; id <= 12_000; id++) {
      pieces.push('a', 7n, insert(id), 10)
      all.push(...pieces.takeFull())
    }
    expect(all.map(({ changes }) => changes.length)).toEqual([5_000, 5_000])
    pieces.commit()
    all.push(...pieces.takeAll())
    expect(all.map(({ number, changes }) => [number, changes.length])).toEqual([
      [1, 5_000],
      [2, 5_000],
      [3, 2_000],
    ])
    const changes = all.flatMap((piece) => piece.changes)
    expect(changes.map(({ new: row }) => Number(row?.id))).toEqual(Array.from({ length: 12_000 }, (_, at) => at + 1))
    expect(changes.findIndex(({ isLast }) => isLast)).toBe(11_999)
  })

  test('a row that is larger than a piece is one', () => {
    const pieces = new RoundPieces()
    for (const id of [1, 2, 3]) pieces.push('a', 7n, insert(id), 10_000_000)
    pieces.commit()
    expect(pieces.takeAll().map(({ changes }) => changes.length)).toEqual([1, 1, 1])
  })

  test('a table is cut in the same places, whatever comes of others and whenever pieces are taken', () => {
    const cutsOf = (hasOther: boolean, isTakenLate: boolean) => {
      const pieces = new RoundPieces()
      const cuts: number[] = []
      const take = (taken: readonly Piece[]) => {
        for (const { table, changes } of taken) if (table === 'a') cuts.push(changes.length)
      }
      for (let id = 0; id < 9_000; id++) {
        pieces.push('a', BigInt(id >> 3), insert(id), 1 + ((id * 37) % 200))
        if (hasOther) pieces.push('b', BigInt(id >> 3), insert(id), 999)
        if (id % 8 === 7) pieces.commit()
        if (!isTakenLate) take(pieces.takeFull())
      }
      pieces.commit()
      take(pieces.takeAll())
      return cuts
    }
    const cuts = cutsOf(false, false)
    expect(cuts.length).toBeGreaterThan(2)
    for (const [hasOther, isTakenLate] of [
      [false, true],
      [true, false],
      [true, true],
    ] as const)
      expect(cutsOf(hasOther, isTakenLate)).toEqual(cuts)
  })
})
