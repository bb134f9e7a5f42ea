import { type ClientMessage, startOf } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { emptyBatch, sparseBatch, stillBatch } from '../../../test/sparse-batches.ts'
import {
  type ClientsOwnMessage,
  messageDialect,
  recoveredMessage,
  resetMessage,
} from '../../delivery/encode/sdk-messages.ts'
import { Ticker } from '../../delivery/ticker.ts'
import { AnswerCollector } from './answer-collector.ts'

const connect: ClientMessage = { type: 'baro:connect', payload: { protocol: 1, client: 'a-secret-of-mine' } }
const subscribe = (attempt: number): ClientMessage => ({
  type: 'baro:subscribe',
  payload: { channel: 'room:1', attempt, version: '1' },
})
const unsubscribe: ClientMessage = { type: 'baro:unsubscribe', payload: { channel: 'room:1' } }
const request = (id: string, channel = 'room:1'): ClientMessage => ({
  type: 'baro:request',
  payload: { id, channel, type: 'list', payload: null },
})
const connected: ClientsOwnMessage = {
  type: 'baro:connected',
  payload: {
    session: 'one',
    heartbeatIntervalMs: 25_000,
    maxMessageBytes: 65_536,
    publishWindowMs: 120_000,
    claimsEpoch: 'claims',
  },
}
const answer = (id: string, payload: string | null = null, channel = 'room:1'): ClientsOwnMessage => ({
  type: 'baro:answer',
  payload: { id, channel, payload },
})
const error = (payload: { id?: string; channel?: string; attempt?: number }): ClientsOwnMessage => ({
  type: 'baro:error',
  payload: { code: 'refused', message: 'No.', ...payload },
})
const unsubscribed: ClientsOwnMessage = { type: 'baro:unsubscribed', payload: { channel: 'room:1' } }

function collect(...asked: readonly ClientMessage[]) {
  const collected = collectFrom(...asked)
  collected.collector.handed()
  return collected
}

/** The session has not got all of the request yet. */
function collectFrom(...asked: readonly ClientMessage[]) {
  const clock = createFakeClock()
  const limits = { maxOutboxBytes: 1_000, maxReplyBytes: 2_000 }
  const collector = new AnswerCollector(asked, {
    ticker: new Ticker(clock, { paused: 0, writtenBytes: 0 }),
    limits,
    nowMs: 0,
  })
  let isReady = false
  void collector.ready.then(() => {
    isReady = true
  })
  return {
    clock,
    collector,
    types: () => JSON.parse(Buffer.from(collector.body).toString()).messages.map(({ type }: { type: string }) => type),
    /** Whether the answer leaves, once everything of this tick has had its turn. */
    async leaves() {
      await clock.pass(0)
      return isReady
    },
  }
}

type Collected = ReturnType<typeof collect>['collector']

const live = (collector: Collected, batch = sparseBatch()) => {
  const message = messageDialect.encode(batch)
  if (message) collector.deliver(message)
}

describe('an answer', () => {
  test('waits for its turn, and takes everything of the tick along', async () => {
    const { collector, leaves, types } = collect(connect)
    collector.send(connected)
    live(collector)
    live(collector, emptyBatch())
    await Promise.resolve()
    expect(await leaves()).toBe(true)
    expect(types()).toEqual(['baro:connected', 'baro:publications', 'baro:publications'])
  })

  test('does not leave before all of the request was handed over, though its questions are answered and its wait is over', async () => {
    const { collector, leaves } = collectFrom(connect)
    collector.send(connected)
    collector.endWait()
    expect(await leaves()).toBe(false)
    collector.handed()
    expect(await leaves()).toBe(true)
  })

  test.each<[string, readonly ClientMessage[], readonly ((collector: Collected) => void)[]]>([
    ['the greeting', [connect, request('a')], [(c) => c.send(answer('a')), (c) => c.send(connected)]],
    ['each request', [request('a'), request('b')], [(c) => c.send(answer('a')), (c) => c.send(answer('b'))]],
    [
      'one id in each of its channels',
      [request('a'), request('a', 'room:2')],
      [(c) => c.send(answer('a')), (c) => c.send(error({ id: 'a', channel: 'room:2' }))],
    ],
    [
      'the attempt that was made last',
      [subscribe(1), subscribe(2)],
      [1, 2].map((n) => (c) => c.answer(recoveredMessage(n, sparseBatch()))),
    ],
    [
      'a reset too',
      [subscribe(2), request('a')],
      [
        (c) => c.send(answer('a')),
        (c) =>
          c.answer(resetMessage({ channel: 'room:1', attempt: 2 }, 'none', { position: startOf('e'), valueText: '1' })),
      ],
    ],
    [
      'an error of a request too',
      [request('a'), request('b')],
      [(c) => c.send(answer('b')), (c) => c.send(error({ id: 'a', channel: 'room:1' }))],
    ],
    [
      'an error of a subscribe too',
      [subscribe(2), request('a')],
      [(c) => c.send(answer('a')), (c) => c.send(error({ channel: 'room:1', attempt: 2 }))],
    ],
    ['what refuses the connect', [connect, request('a')], [(c) => c.send(answer('a')), (c) => c.send(error({}))]],
  ])('waits for %s', async (_, asked, [before, last]) => {
    const { collector, leaves } = collect(...asked)
    before?.(collector)
    expect(await leaves()).toBe(false)
    collector.endWait()
    expect(await leaves()).toBe(false)
    last?.(collector)
    expect(await leaves()).toBe(true)
  })

  test('waits for no subscribe that was taken back', async () => {
    const { collector, leaves } = collect(subscribe(1), unsubscribe)
    collector.send(unsubscribed)
    expect(await leaves()).toBe(true)
  })

  test('waits on after an error that answers no question', async () => {
    const { collector, leaves } = collect(subscribe(2))
    collector.send(error({ channel: 'room:1' }))
    collector.send(error({ channel: 'room:1', attempt: 1 }))
    expect(await leaves()).toBe(false)
  })

  test.each<[string, (collector: Collected) => void]>([
    ['the greeting', (collector) => collector.send(connected)],
    ['a heartbeat', (collector) => collector.send({ type: 'baro:heartbeat', payload: {} })],
    ['a recovery that brings nothing', (collector) => collector.answer(recoveredMessage(1, stillBatch()))],
    ['a position that moves alone', (collector) => live(collector, emptyBatch())],
  ])('is not worth sending for %s, before the wait is over', async (_, say) => {
    const { collector, leaves } = collect()
    say(collector)
    expect(await leaves()).toBe(false)
    collector.endWait()
    expect(await leaves()).toBe(true)
  })

  test.each<[string, (collector: Collected) => void]>([
    ['publications', (collector) => live(collector)],
    ['publications from history', (collector) => collector.answer(recoveredMessage(1, sparseBatch()))],
    [
      'a signal',
      (collector) => {
        const said = messageDialect.encodeSignal({ channel: 'room:1', type: 'typing', payload: 1 })
        if (said) collector.deliver(said)
      },
    ],
    ['a drain', (collector) => collector.send({ type: 'baro:drain', payload: { reconnectInMs: 5 } })],
  ])('is worth sending for %s', async (_, say) => {
    const { collector, leaves } = collect()
    say(collector)
    expect(await leaves()).toBe(true)
  })
})

describe('I7: what waits for one answer is bounded', () => {
  test('I7: once it is full it waits for no subscribe, which would find no room, and for everything else', async () => {
    const { collector, leaves, types } = collect(connect, subscribe(1), request('a'))
    collector.send(connected)
    for (let count = 0; count < 10; count++) live(collector)
    expect(collector.isFull).toBe(true)
    expect(await leaves()).toBe(false)
    collector.send(answer('a'))
    expect(await leaves()).toBe(true)
    expect(types().at(-1)).toBe('baro:answer')
  })

  test('a reader finds it full, in bytes', () => {
    const { collector } = collect(connect)
    expect(collector.isFull).toBe(false)
    collector.send(answer('a', '가'.repeat(320)))
    expect(collector.isFull).toBe(true)
  })

  test('replies that are too long together end it, and the one too many is not taken', async () => {
    const { collector, leaves, types } = collect(connect)
    for (const id of ['a', 'b', 'c']) collector.send(answer(id, 'x'.repeat(800)))
    expect(await leaves()).toBe(true)
    expect(types()).toEqual(['baro:answer', 'baro:answer'])
  })

  test('nothing is taken after it was closed', () => {
    const { collector, types } = collect(connect)
    collector.close()
    collector.send(connected)
    live(collector)
    expect(types()).toEqual([])
  })
})

test('a heartbeat is due after the last turn, not after the last question', async () => {
  const { clock, collector, leaves } = collect(connect)
  clock.advance(7)
  collector.send(connected)
  await leaves()
  expect(collector.spokeAtMs).toBe(clock.elapsed())
})
