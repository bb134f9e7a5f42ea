import { decodeServerMessage, type ServerMessage } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import {
  emptyBatch,
  placeAt,
  positionAt,
  publicationAt,
  sparseBatch,
  stillBatch,
} from '../../../test/sparse-batches.ts'
import type { Framing } from '../../ports/socket.ts'
import { sseFraming } from '../../transports/http/sse-framing.ts'
import {
  frameMessage,
  messageDialect,
  messagesBody,
  recoveredMessage,
  resetMessage,
  sdkDialect,
  writeMessage,
} from './sdk-messages.ts'

const lines: Framing = { name: 'lines', frame: (text) => Buffer.from(`${text}\n`) }

/** A message as the client reads it. */
function read(text: string): ServerMessage {
  const decoded = decodeServerMessage(text)
  if (!decoded.ok) throw decoded.error
  return decoded.value
}

describe('publications with gaps', () => {
  const expected = {
    type: 'baro:publications',
    payload: {
      channel: 'room:1',
      follows: placeAt(2),
      position: placeAt(31),
      publications: [publicationAt(3), publicationAt(20)],
    },
  }

  test('I2: are one message, with the position of the batch', () => {
    expect(read(Buffer.from(sdkDialect(lines).encode(sparseBatch()) ?? []).toString())).toEqual(expected)
  })

  test('I6: are the same message where no frame is made', () => {
    const message = messageDialect.encode(sparseBatch())
    expect(message && read(writeMessage(message).text)).toEqual(expected)
  })

  test('I2: answer a subscribe with the attempt', () => {
    const { payload } = expected
    expect(read(writeMessage(recoveredMessage(3, sparseBatch())).text)).toEqual({
      type: 'baro:recovered',
      payload: { ...payload, attempt: 3 },
    })
  })
})

describe('a batch without publications', () => {
  test('I2: is a message without publications, if its position moves', () => {
    const payload = { channel: 'room:1', follows: placeAt(31), position: placeAt(40), publications: [] }
    expect(read(Buffer.from(sdkDialect(lines).encode(emptyBatch()) ?? []).toString())).toEqual({
      type: 'baro:publications',
      payload,
    })
  })

  test('is no message if its position does not move, but answers a subscribe', () => {
    expect(sdkDialect(lines).encode(stillBatch())).toBeUndefined()
    expect(messageDialect.encode(stillBatch())).toBeUndefined()
    expect(read(writeMessage(recoveredMessage(1, stillBatch())).text)).toMatchObject({
      type: 'baro:recovered',
      payload: { follows: placeAt(40), position: placeAt(40), publications: [] },
    })
  })
})

test('a signal says who sent it, where the server knows', () => {
  const signal = { channel: 'room:1', type: 'typing', payload: true }
  for (const one of [signal, { ...signal, by: 'ada' }])
    expect(read(Buffer.from(sdkDialect(lines).encodeSignal(one) ?? []).toString())).toEqual({
      type: 'baro:signaled',
      payload: one,
    })
})

test('a reset carries the value, where the channel has one', () => {
  const subscription = { channel: 'room:1', attempt: 2 }
  const position = positionAt(40)
  const payload = { ...subscription, reason: 'epoch', position: placeAt(40) }
  expect(read(writeMessage(resetMessage(subscription, 'epoch', { position, valueText: '[1]' })).text)).toEqual({
    type: 'baro:reset',
    payload: { ...payload, snapshot: [1] },
  })
  expect(read(writeMessage(resetMessage(subscription, 'epoch', { position, valueText: undefined })).text)).toEqual({
    type: 'baro:reset',
    payload,
  })
})

test('I7: what many have missed is written once, whatever attempt each is at', () => {
  const batch = sparseBatch()
  const [one, other] = [1, 2].map((attempt) => writeMessage(recoveredMessage(attempt, batch)))
  expect(JSON.parse(one?.shared?.text ?? 'null')).toEqual(batch.publications)
  expect(other?.shared).toBe(one?.shared)
  expect(other?.head).not.toBe(one?.head)
})

test('there is one dialect for each framing, so that fan-out encodes once', () => {
  expect(sdkDialect(lines)).toBe(sdkDialect(lines))
  expect(sdkDialect({ ...lines })).not.toBe(sdkDialect(lines))
})

test('on an event stream of the SDK a message is one line of data', () => {
  const pieces = frameMessage(sseFraming('sdk-sse'), recoveredMessage(1, sparseBatch()))
  const text = Buffer.concat(pieces).toString()
  expect(text).toBe(`data: ${writeMessage(recoveredMessage(1, sparseBatch())).text}\n\n`)
})

test('the answer to a POST is a list of messages', () => {
  const messages = [
    writeMessage({ type: 'baro:heartbeat', payload: {} }),
    writeMessage(recoveredMessage(1, sparseBatch())),
  ]
  expect(Buffer.from(messagesBody(messages)).toString()).toBe(
    `{"messages":[${messages.map(({ text }) => text).join(',')}]}`,
  )
  expect(Buffer.from(messagesBody([])).toString()).toBe('{"messages":[]}')
})
