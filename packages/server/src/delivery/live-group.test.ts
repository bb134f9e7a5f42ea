import type { Signal } from '@baro/core'
import { positionAfter, startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { Batch } from './batch.ts'
import { type Dialect, unencoded } from './dialect.ts'
import { LiveGroup, type LiveReader } from './live-group.ts'

const publication = { type: 'message', payload: 'a', offset: 1, id: 'id1', time: 0 }
const newBatch = () => new Batch('room:1', startOf('e'), positionAfter('e', publication), [publication])
const signal = { channel: 'room:1', type: 'typing', payload: true }

/** A dialect that counts how often it encodes; it says signals only if the test wants that. */
function countingDialect(hasSignals = true) {
  const counts = { batches: 0, signals: 0 }
  const dialect: Dialect = {
    encode: () => new Uint8Array(++counts.batches),
    encodeSignal: () => (hasSignals ? new Uint8Array(++counts.signals) : undefined),
  }
  return { counts, dialect }
}

function readerOf<Said>(dialect: Dialect<Said>): LiveReader<Said> & { readonly got: Said[] } {
  const got: Said[] = []
  return { dialect, got, deliver: (bytes) => got.push(bytes), signal: (bytes) => got.push(bytes), stale: () => {} }
}

describe('the live readers of a channel', () => {
  test('get the same bytes, encoded once for each dialect', () => {
    const group = new LiveGroup()
    const [one, other] = [countingDialect(), countingDialect()]
    const readers = [readerOf(one.dialect), readerOf(one.dialect), readerOf(other.dialect)]
    for (const reader of readers) group.join(reader)
    group.deliver(newBatch())
    group.signal([signal])
    expect(one.counts).toEqual({ batches: 1, signals: 1 })
    expect(other.counts).toEqual({ batches: 1, signals: 1 })
    expect(readers[1]?.got[0]).toBe(readers[0]?.got[0])
    expect(readers[1]?.got[1]).toBe(readers[0]?.got[1])
    expect(readers[2]?.got).toHaveLength(2)
  })

  test('are handed the batch and the signal themselves, where they need no bytes', () => {
    const group = new LiveGroup()
    const got: (Batch | Signal)[] = []
    const reader: LiveReader<Batch, Signal> = {
      dialect: unencoded,
      deliver: (said) => got.push(said),
      signal: (said) => got.push(said),
      stale: () => {},
    }
    group.join(reader)
    const batch = newBatch()
    group.deliver(batch)
    group.signal([signal])
    expect(got[0]).toBe(batch)
    expect(got[1]).toBe(signal)
  })

  test('get several signals in one piece of bytes, in order', () => {
    const group = new LiveGroup()
    const { dialect } = countingDialect()
    const readers = [readerOf(dialect), readerOf(dialect)]
    for (const reader of readers) group.join(reader)
    group.signal([signal, signal, signal])
    expect(readers[0]?.got).toEqual([Buffer.alloc(1 + 2 + 3)])
    expect(readers[1]?.got[0]).toBe(readers[0]?.got[0])
  })

  test('get a signal to one user if they are that user, and nobody encodes it for the others', () => {
    const group = new LiveGroup()
    const [one, other] = [countingDialect(), countingDialect()]
    const readers = ['ada', 'bob', 'ada', undefined].map((user) => ({ ...readerOf(one.dialect), user }))
    for (const reader of [...readers, { ...readerOf(other.dialect), user: 'bob' }]) group.join(reader)
    group.signal([{ ...signal, to: 'ada' }])
    expect(readers.map(({ got }) => got.length)).toEqual([1, 0, 1, 0])
    expect([one.counts.signals, other.counts.signals]).toEqual([1, 0])
  })

  test('get nothing of a batch if their dialect says nothing of it', () => {
    const group = new LiveGroup()
    const reader = readerOf({ encode: () => undefined, encodeSignal: () => undefined })
    group.join(reader)
    group.deliver(newBatch())
    expect(reader.got).toEqual([])
  })

  test('get no signal if their dialect says none', () => {
    const group = new LiveGroup()
    const reader = readerOf(countingDialect(false).dialect)
    group.join(reader)
    group.signal([signal])
    expect(reader.got).toEqual([])
  })

  test('a reader that leaves in the middle of a delivery gets nothing, and all others get it', () => {
    const group = new LiveGroup()
    const { dialect } = countingDialect()
    const [first, second, third] = [readerOf(dialect), readerOf(dialect), readerOf(dialect)]
    first.deliver = () => {
      group.leave(first)
      group.leave(second)
    }
    for (const reader of [first, second, third]) group.join(reader)
    group.deliver(newBatch())
    expect(second.got).toHaveLength(0)
    expect(third.got).toHaveLength(1)
  })

  test('I1: a reader that joins in the middle of a delivery has it already, and gets the next one', () => {
    const group = new LiveGroup()
    const { dialect } = countingDialect()
    const [first, late, other] = [readerOf(dialect), readerOf(dialect), readerOf(countingDialect().dialect)]
    first.deliver = () => {
      group.join(late)
      group.join(other)
    }
    group.join(first)
    group.deliver(newBatch())
    expect([late.got, other.got]).toEqual([[], []])
    group.deliver(newBatch())
    expect([late.got.length, other.got.length]).toEqual([1, 1])
  })

  test('I1, I2: a batch that a reader brings about comes after the one at work, to who joined before it alone', () => {
    const group = new LiveGroup()
    const told: string[] = []
    const [one, two] = [newBatch(), newBatch()]
    const names = new Map([
      [one, 'one'],
      [two, 'two'],
    ])
    const readerNamed = (name: string, then = () => {}): LiveReader<Batch, Signal> => ({
      dialect: unencoded,
      deliver(batch) {
        told.push(`${name} ${names.get(batch)}`)
        then()
      },
      signal() {},
      stale() {},
    })
    const [between, after, gone] = [readerNamed('between'), readerNamed('after'), readerNamed('gone')]
    const first = readerNamed('first', () => {
      if (told.length > 1) return
      group.join(gone)
      group.join(between)
      group.deliver(two)
      group.join(after)
      group.leave(gone)
    })
    group.join(first)
    group.join(readerNamed('second'))
    group.deliver(one)
    expect(told).toEqual(['first one', 'second one', 'first two', 'second two', 'between two'])
    expect(group.size).toBe(4)
  })

  test('I2: a reader that joins is not forgotten where a dialect throws', () => {
    const group = new LiveGroup()
    const late = readerOf(countingDialect().dialect)
    const first = readerOf(countingDialect().dialect)
    first.deliver = () => group.join(late)
    const encode = () => {
      throw new Error('a fault of the dialect')
    }
    group.join(first)
    group.join(readerOf({ encode, encodeSignal: () => undefined }))
    expect(() => group.deliver(newBatch())).toThrow('a fault of the dialect')
    group.leave(first)
    expect(() => group.deliver(newBatch())).toThrow('a fault of the dialect')
    expect(group.size).toBe(2)
  })

  test('nothing is encoded for a dialect without readers', () => {
    const group = new LiveGroup()
    const { counts, dialect } = countingDialect()
    const reader = readerOf(dialect)
    group.join(reader)
    group.leave(reader)
    group.deliver(newBatch())
    expect(counts.batches).toBe(0)
  })

  test('dissolved, are returned and get nothing any more', () => {
    const group = new LiveGroup()
    const reader = readerOf(countingDialect().dialect)
    group.join(reader)
    expect(group.dissolve()).toEqual([reader])
    group.deliver(newBatch())
    expect(reader.got).toEqual([])
  })
})
