import { startOf } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { Batch } from './batch.ts'
import type { Form } from './form.ts'
import { LiveGroup, type LiveReader } from './live-group.ts'

const batch = new Batch('room:1', startOf('e'), startOf('e'), [])
const signal = { channel: 'room:1', type: 'typing', payload: true }

/** A form that counts how often it encodes; without a place for signals if it is told so. */
function countingForm(hasSignals = true) {
  const counts = { batches: 0, signals: 0 }
  const form: Form = {
    encode: () => new Uint8Array(++counts.batches),
    encodeSignal: () => (hasSignals ? new Uint8Array(++counts.signals) : undefined),
  }
  return { counts, form }
}

function readerOf(form: Form): LiveReader & { readonly got: Uint8Array[] } {
  const got: Uint8Array[] = []
  return { form, got, deliver: (bytes) => got.push(bytes), signal: (bytes) => got.push(bytes), stale: () => {} }
}

describe('the live readers of a channel', () => {
  test('get the same bytes, encoded once for each form', () => {
    const group = new LiveGroup()
    const [one, other] = [countingForm(), countingForm()]
    const readers = [readerOf(one.form), readerOf(one.form), readerOf(other.form)]
    for (const reader of readers) group.join(reader)
    group.deliver(batch)
    group.signal(signal)
    expect(one.counts).toEqual({ batches: 1, signals: 1 })
    expect(other.counts).toEqual({ batches: 1, signals: 1 })
    expect(readers[1]?.got[0]).toBe(readers[0]?.got[0])
    expect(readers[1]?.got[1]).toBe(readers[0]?.got[1])
    expect(readers[2]?.got).toHaveLength(2)
  })

  test('get no signal where their form has no place for one', () => {
    const group = new LiveGroup()
    const reader = readerOf(countingForm(false).form)
    group.join(reader)
    group.signal(signal)
    expect(reader.got).toEqual([])
  })

  test('who leaves in the middle of a delivery is passed over, and nobody else', () => {
    const group = new LiveGroup()
    const { form } = countingForm()
    const [first, second, third] = [readerOf(form), readerOf(form), readerOf(form)]
    first.deliver = () => {
      group.leave(first)
      group.leave(second)
    }
    for (const reader of [first, second, third]) group.join(reader)
    group.deliver(batch)
    expect(second.got).toHaveLength(0)
    expect(third.got).toHaveLength(1)
  })

  test('a form that nobody has any more is not encoded for', () => {
    const group = new LiveGroup()
    const { counts, form } = countingForm()
    const reader = readerOf(form)
    group.join(reader)
    group.leave(reader)
    group.deliver(batch)
    expect(counts.batches).toBe(0)
  })

  test('dissolved, are returned and get nothing any more', () => {
    const group = new LiveGroup()
    const reader = readerOf(countingForm().form)
    group.join(reader)
    expect(group.dissolve()).toEqual([reader])
    group.deliver(batch)
    expect(reader.got).toEqual([])
  })
})
