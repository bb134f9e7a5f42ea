import { BaroError } from '@baro/core'
import { orElse, type Turn, whenHere } from '@baro/core/broker'
import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { roomOne } from '../../test/feed-nodes.ts'
import { AtWork, AtWorkTogether } from '../access/at-work.ts'
import { Gate } from '../access/gate.ts'
import { Permits } from '../access/permits.ts'
import { ServerKeys } from '../access/server-keys.ts'
import { unobserved } from '../observe/observation.ts'
import { defaultLimits } from '../ports/limits.ts'
import { PublishQueue } from './publish-queue.ts'
import type { PublishAnswer, Publisher, PublishRequest } from './publisher.ts'

const noKeys = new ServerKeys({
  keys: [],
  clock: createFakeClock(),
  limits: defaultLimits,
  log: { info() {}, warn() {}, error() {} },
})
const roomTwo = { ...roomOne, channel: 'room:2' }

/** A queue in front of a publisher that answers when the test says so. */
function setUp({ maxAtWork = 100 } = {}) {
  const clock = createFakeClock()
  const atWork: {
    readonly id: string
    readonly answer: () => void
    readonly refuse: (code: 'unavailable' | 'refused') => void
  }[] = []
  const accept = (request: PublishRequest) =>
    new Promise((resolve, reject) => {
      const id = request.id ?? ''
      atWork.push({ id, answer: () => resolve({ id }), refuse: (code) => reject(new BaroError(code, 'No.')) })
    })
  const gate = new Gate({
    auth: () => undefined,
    keys: noKeys,
    clock,
    permits: new Permits(clock),
    limits: defaultLimits,
    log: { info() {}, warn() {}, error() {} },
    observing: unobserved,
  })
  const publisher = { accept } as unknown as Publisher
  const principal = { guest: 'somebody' }
  const atWorkBound = new AtWork(maxAtWork, new AtWorkTogether(defaultLimits), principal)
  const queue = new PublishQueue({ publisher, gate, clock }, principal, atWorkBound)
  const outcomes: string[] = []
  const send = (
    id: string | undefined,
    { resolved = roomOne, turn }: { resolved?: typeof roomOne; turn?: Turn } = {},
  ) =>
    void orElse<unknown>(
      () =>
        whenHere(queue.publish(resolved, { type: 'message', payload: null, id, turn }), () =>
          outcomes.push(`${id} done`),
        ),
      (error) => outcomes.push(`${id} ${(error as BaroError).code}`),
    )
  const settle = () => clock.pass(0)
  /** Publishes that the publisher has not answered. */
  const given = () => atWork.map(({ id }) => id)
  const answer = async () => {
    atWork.shift()?.answer()
    await settle()
  }
  const refuse = async (code: 'unavailable' | 'refused' = 'unavailable') => {
    atWork.shift()?.refuse(code)
    await settle()
  }
  return { clock, queue, send, settle, given, answer, refuse, outcomes }
}

describe('I5: the publishes of one principal', () => {
  test('are done one after the other within a channel', async () => {
    const { send, settle, given, answer, outcomes } = setUp()
    for (const id of ['a', 'b', 'c']) send(id)
    await settle()
    expect(given()).toEqual(['a'])
    await answer()
    expect(given()).toEqual(['b'])
    await answer()
    await answer()
    expect(outcomes).toEqual(['a done', 'b done', 'c done'])
  })

  test('do not wait for those of other channels', async () => {
    const { send, settle, given } = setUp()
    send('a')
    send('b', { resolved: roomTwo })
    await settle()
    expect(given()).toEqual(['a', 'b'])
  })

  test('go on after one was refused for good', async () => {
    const { send, settle, given, refuse } = setUp()
    for (const id of ['a', 'b']) send(id)
    await settle()
    await refuse('refused')
    expect(given()).toEqual(['b'])
  })
})

describe('I5: behind a publish that was refused for now', () => {
  test('nothing overtakes it, until it comes again', async () => {
    const { send, settle, given, answer, refuse, outcomes } = setUp()
    for (const id of ['a', 'b', 'c']) send(id)
    await settle()
    await refuse()
    send('d')
    await settle()
    expect(outcomes).toEqual(['a unavailable', 'b out-of-turn', 'c out-of-turn', 'd out-of-turn'])
    expect(given()).toEqual([])
    for (const id of ['a', 'b', 'c', 'd']) send(id)
    await settle()
    for (let index = 0; index < 4; index++) await answer()
    expect(outcomes.slice(4)).toEqual(['a done', 'b done', 'c done', 'd done'])
  })

  test('nothing overtakes it, also if it found no room at work', async () => {
    const { send, settle, given, answer, outcomes } = setUp({ maxAtWork: 2 })
    for (const id of ['a', 'b', 'c']) send(id)
    await settle()
    expect(outcomes).toEqual(['c rate-limited'])
    await answer()
    send('d')
    await settle()
    // A publish that came before the refused one is not held back.
    expect(given()).toEqual(['b'])
    await answer()
    expect(outcomes).toEqual(['c rate-limited', 'a done', 'b done', 'd out-of-turn'])
  })

  test('one that found no room does not let others pass those before it', async () => {
    const { send, settle, given, answer, outcomes } = setUp({ maxAtWork: 2 })
    send('x', { resolved: roomTwo })
    send('a')
    send(undefined)
    await settle()
    expect(outcomes).toEqual(['undefined rate-limited'])
    await answer()
    send('b')
    await settle()
    expect(given()).toEqual(['a'])
  })

  test('nothing overtakes it, also if it was refused before it came here', async () => {
    const { queue, send, settle, outcomes, answer } = setUp()
    queue.refusedBefore('room:1', { id: 'a' })
    send('b')
    await settle()
    send('a')
    await settle()
    await answer()
    expect(outcomes).toEqual(['b out-of-turn', 'a done'])
  })

  test('other channels are not held back', async () => {
    const { queue, send, settle, given } = setUp()
    queue.refusedBefore('room:1', { id: 'a' })
    send('b', { resolved: roomTwo })
    await settle()
    expect(given()).toEqual(['b'])
  })

  test('turns are not held back here: the broker knows them', async () => {
    const { queue, send, settle, given } = setUp()
    queue.refusedBefore('room:1', { id: 'a', turn: { producer: 'p', number: 1, confirmed: 0 } })
    send('b')
    await settle()
    expect(given()).toEqual(['b'])
    queue.refusedBefore('room:1', { id: 'c' })
    send('d', { turn: { producer: 'p', number: 2, confirmed: 0 } })
    await settle()
    expect(given()).toEqual(['b'])
  })

  test('one without an id is never waited for: it cannot come again', async () => {
    const { send, settle, given, refuse } = setUp()
    send(undefined)
    send('b')
    await settle()
    await refuse()
    expect(given()).toEqual(['b'])
  })

  test('nobody waits for ever for one that never comes again', async () => {
    const { clock, queue, send, settle, given } = setUp()
    queue.refusedBefore('room:1', { id: 'a' })
    await clock.pass(9_999)
    send('b')
    await settle()
    expect(given()).toEqual([])
    await clock.pass(1)
    send('c')
    await settle()
    expect(given()).toEqual(['c'])
  })

  test('I7: when too many channels wait, the oldest are forgotten', async () => {
    const { queue, send, settle, given } = setUp()
    for (let index = 1; index <= 257; index++) queue.refusedBefore(`room:${index}`, { id: 'a' })
    send('b')
    send('c', { resolved: roomTwo })
    await settle()
    expect(given()).toEqual(['b'])
  })
})

describe('where nothing has to be waited for', () => {
  const publishing = { type: 'message', payload: null }

  function setUpAtOnce(accept: (request: PublishRequest) => PublishAnswer) {
    const clock = createFakeClock()
    const gate = new Gate({
      auth: () => undefined,
      keys: noKeys,
      clock,
      permits: new Permits(clock),
      limits: defaultLimits,
      log: { info() {}, warn() {}, error() {} },
      observing: unobserved,
    })
    const principal = { guest: 'somebody' }
    const atWork = new AtWork(1, new AtWorkTogether(defaultLimits), principal)
    return new PublishQueue({ publisher: { accept } as unknown as Publisher, gate, clock }, principal, atWork)
  }

  test('a publish is done before the next one comes', () => {
    const queue = setUpAtOnce(({ id = '' }) => ({ id }))
    for (const id of ['a', 'b', 'c']) expect(queue.publish(roomOne, { ...publishing, id })).toEqual({ id })
  })

  test('what a handler publishes for the same principal comes after what the handler is about', async () => {
    const done: string[] = []
    let inner: unknown
    const queue: PublishQueue = setUpAtOnce(({ id = '' }) => {
      if (id === 'a') inner = queue.publish(roomOne, { ...publishing, id: 'of a' })
      done.push(id)
      return { id }
    })
    queue.publish(roomOne, { ...publishing, id: 'a' })
    await inner
    expect(done).toEqual(['a', 'of a'])
  })

  test('a passing refusal holds back what was sent after it', () => {
    let isDown = true
    const queue = setUpAtOnce(({ id = '' }) => {
      if (isDown) throw new BaroError('unavailable', 'No.')
      return { id }
    })
    const send = (id: string) => queue.publish(roomOne, { ...publishing, id })
    expect(() => send('a')).toThrow('No.')
    isDown = false
    expect(() => send('b')).toThrow('refused for now')
    expect(send('a')).toEqual({ id: 'a' })
    expect(send('b')).toEqual({ id: 'b' })
  })
})
