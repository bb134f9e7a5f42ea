import { startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import {
  emptyBatch,
  placeAt,
  positionAt,
  publicationAt,
  sparseBatch,
  stillBatch,
} from '../../../test/sparse-batches.ts'
import { Batch } from '../../delivery/batch.ts'
import type { Framing } from '../../ports/socket.ts'
import { sseDialect, webSocketDialect } from './channel-dialects.ts'

const lines: Framing = { name: 'lines', frame: (text) => Buffer.from(`${text}\n`) }
const textOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString()
const message = (offset: number, position: string) =>
  `{"type":"message","payload":"at ${offset}","position":"${position}","offset":${offset},"id":"id${offset}","time":5}`

describe('publications with gaps, in a batch that leads beyond the last one', () => {
  test('I2: on an event stream each has the position right after it, the last that of the batch', () => {
    expect(textOf(sseDialect('publication').encode(sparseBatch()))).toBe(
      `id: ${placeAt(3)}\ndata: ${message(3, placeAt(3))}\n\nid: ${placeAt(31)}\ndata: ${message(20, placeAt(31))}\n\n`,
    )
  })

  test('I2: so have their payloads alone', () => {
    expect(textOf(sseDialect('payload').encode(sparseBatch()))).toBe(
      `id: ${placeAt(3)}\ndata: at 3\n\nid: ${placeAt(31)}\ndata: at 20\n\n`,
    )
  })

  test('I2: on a plain WebSocket each message has its position in a field', () => {
    expect(textOf(webSocketDialect(lines, 'publication').encode(sparseBatch()))).toBe(
      `${message(3, placeAt(3))}\n${message(20, placeAt(31))}\n`,
    )
  })

  test('on a plain WebSocket payloads alone have no position', () => {
    expect(textOf(webSocketDialect(lines, 'payload').encode(sparseBatch()))).toBe('at 3\nat 20\n')
  })
})

describe('a batch without publications', () => {
  test.each(['publication', 'payload'] as const)('is an id and no event on an event stream, view=%s', (view) => {
    expect(textOf(sseDialect(view).encode(emptyBatch()))).toBe(`id: ${placeAt(40)}\n\n`)
  })

  test.each(['publication', 'payload'] as const)('is nothing on a plain WebSocket, view=%s', (view) => {
    expect(webSocketDialect(lines, view).encode(emptyBatch())).toBeUndefined()
  })
})

test('a batch that moves no position says nothing', () => {
  const dialects = [sseDialect('publication'), sseDialect('payload'), webSocketDialect(lines, 'publication')]
  expect(dialects.map(({ encode }) => encode(stillBatch()))).toEqual([undefined, undefined, undefined])
})

test('who published it is said, where the server knows', () => {
  const publication = { ...publicationAt(3), by: 'ada' }
  const batch = new Batch('room:1', startOf('epoch'), positionAt(3), [publication])
  const said = textOf(webSocketDialect(lines, 'publication').encode(batch)) ?? ''
  expect(JSON.parse(said)).toEqual({ ...publication, position: placeAt(3) })
})

describe('a reset', () => {
  const snapshot = { position: startOf('epoch'), valueText: JSON.stringify('x'.repeat(5_000)) }

  test('I7: holds the value once for all who begin with it, whatever the reason', () => {
    const { encodeReset } = sseDialect('publication')
    const [one, other, trimmed] = (['epoch', 'epoch', 'trimmed'] as const).map((reason) =>
      encodeReset(reason, snapshot),
    )
    expect(one).toHaveLength(3)
    expect(other?.[1]).toBe(one?.[1])
    expect(trimmed?.[1]).toBe(one?.[1])
    expect(trimmed?.[0]).not.toEqual(one?.[0])
  })

  test('names its reason, the value, and where to go on from', () => {
    const [bytes] = webSocketDialect(lines, 'publication').encodeReset('trimmed', { ...snapshot, valueText: '[1,2]' })
    expect(textOf(bytes)).toBe(
      '{"type":"baro:reset","payload":{"reason":"trimmed","snapshot":[1,2]},"position":"1a.epoch.0."}\n',
    )
  })

  test('has no value where the channel has none', () => {
    const { encodeReset } = sseDialect('publication')
    expect(encodeReset('none', { ...snapshot, valueText: undefined }).map(textOf)).toEqual([
      'id: 1a.epoch.0.\ndata: {"type":"baro:reset","payload":{"reason":"none"},"position":"1a.epoch.0."}\n\n',
    ])
  })

  test('only moves the position if the view is payloads alone', () => {
    expect(sseDialect('payload').encodeReset('epoch', snapshot).map(textOf)).toEqual(['id: 1a.epoch.0.\n\n'])
    expect(webSocketDialect(lines, 'payload').encodeReset('epoch', snapshot)).toEqual([])
  })
})

test('a signal is said where publications are, without a position', () => {
  const signal = { channel: 'room:1', type: 'typing', payload: true, by: 'ada' }
  const said = '{"type":"typing","payload":true,"by":"ada"}'
  expect(textOf(sseDialect('publication').encodeSignal(signal))).toBe(`data: ${said}\n\n`)
  expect(textOf(webSocketDialect(lines, 'publication').encodeSignal(signal))).toBe(`${said}\n`)
  expect(sseDialect('payload').encodeSignal(signal)).toBeUndefined()
})

test('there is one dialect for each framing and view, so that fan-out encodes once', () => {
  expect(webSocketDialect(lines, 'payload')).toBe(webSocketDialect(lines, 'payload'))
  expect(webSocketDialect(lines, 'payload')).not.toBe(webSocketDialect(lines, 'publication'))
  expect(webSocketDialect({ ...lines }, 'payload')).not.toBe(webSocketDialect(lines, 'payload'))
})

test('I7: all who start again together, for one reason, get one buffer; another reason has its own', () => {
  const dialect = sseDialect('publication')
  const snapshot = { position: positionAt(3), valueText: '[1]' }
  const [first, second] = [dialect.encodeReset('none', snapshot), dialect.encodeReset('none', snapshot)]
  expect(second).toBe(first)
  expect(textOf(dialect.encodeReset('epoch', snapshot)[0])).toContain('"reason":"epoch"')
})
