/** What is taken back badly, on each broker: it costs nobody anything, and what is said to be gone is gone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AnyChannel, audit, channel, type Publication, type Reference } from '@baro/core'
import type { Broker } from '@baro/core/broker'
import { fold } from '@baro/core/protocol'
import { createDiskBroker } from '@baro/disk'
import { createRedisBroker } from '@baro/redis'
import { createHub, createMemoryBroker, type Hub } from '@baro/server'
import { createSparseBroker } from '@baro/testing'
import { type RedisServer, startRedis } from '@baro/testing/redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { patience } from '../e2e/patience.ts'

const secret = 'Neither-here-nor-there'
const events = { message: z.string() }
interface Line {
  readonly id: string
  readonly text?: string
}
const initial = (): Line[] => []
const on = {
  message: (list: Line[], { id, payload }: { id: string; payload: string }) => {
    if (payload.startsWith('throw')) throw new Error('a fault of the reducer')
    return [...list, { id, text: payload }].slice(-200)
  },
}
const redact = (list: Line[], { id, time }: { id: string; time?: number }) =>
  time === undefined ? list.map((line) => (line.id === id ? { id } : line)) : [...list, { id }]
const room = channel('room:{id}', { moderated: true, events, state: { initial, on, redact } })
/** One type for all, so that a table may hold them. */
const as = (definition: AnyChannel) => definition as unknown as typeof room
/** Its state is folded anew. */
const plain = as(channel('plain:{id}', { moderated: true, events, state: { initial, on } }))
/** Its history is shorter than its state. */
const short = as(
  channel('short:{id}', { moderated: true, history: { size: 2 }, events, state: { initial, on, redact } }),
)
const all = [room, plain, short]
const log = { info: () => {}, warn: () => {}, error: () => {} }

let redis: RedisServer
const folder = mkdtempSync(join(tmpdir(), 'baro-redaction-'))
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  await redis.close()
  rmSync(folder, { recursive: true, force: true })
})

let made = 0
/** How the brokers of two nodes are made; of one process they are one. */
const brokers: Readonly<Record<string, (name: string) => Promise<readonly [Broker, Broker]>>> = {
  async memory() {
    const broker = createMemoryBroker()
    return [broker, broker]
  },
  async 'memory, sparse offsets'() {
    const broker = createSparseBroker(createMemoryBroker(), 'bad input')
    return [broker, broker]
  },
  async disk(name) {
    const broker = await createDiskBroker({ folder: join(folder, name), log })
    return [broker, broker]
  },
  async redis(prefix) {
    const { url } = redis
    return [
      await createRedisBroker({ url, prefix, waitMs: 30_000, log }),
      await createRedisBroker({ url, prefix, waitMs: 30_000, log }),
    ]
  },
}

describe.each(Object.keys(brokers))('on %s', (name) => {
  let one: Hub
  let two: Hub
  let kept: Broker
  const ends: (() => unknown)[] = []

  beforeEach(async () => {
    const pair = (await brokers[name]?.(`bad-${++made}`)) as readonly [Broker, Broker]
    kept = pair[0]
    const hubs = pair.map((broker) => {
      const auth = ({ token }: { token?: string }) => (token === undefined ? undefined : { id: token })
      const hub = createHub({ channels: all, broker, auth, log })
      for (const definition of all)
        hub.on(definition, {
          access: 'public',
          moderators: ({ user, params }) => user?.id === `owner-${params.id}`,
          events: { message: ({ payload, publish }) => publish('message', payload) },
        })
      return hub
    })
    ;[one, two] = hubs as [Hub, Hub]
    ends.push(
      ...new Set(pair.map((broker) => () => broker.close())),
      () => one.close(),
      () => two.close(),
    )
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  const say = (reference: ReturnType<typeof room>, text: string, id: string) =>
    one.publish(reference, 'message', text, { id })
  const everything = async (reference: Reference) =>
    JSON.stringify([
      await kept.read(reference.channel, { limit: 10_000, bytes: 1 << 24 }),
      await kept.readCheckpoint(reference.channel, '1'),
      await one.snapshot(reference as ReturnType<typeof room>),
      await two.snapshot(reference as ReturnType<typeof room>),
    ])
  const noticesOf = async (reference: Reference) =>
    (await kept.read(reference.channel, { limit: 10_000, bytes: 1 << 24 })).publications.filter(
      ({ type }) => type === 'baro:redacted',
    ).length
  /** The other node has heard of it. */
  const heard = (reference: Reference) =>
    vi.waitUntil(async () => !(await everything(reference)).includes(secret), patience)

  test('twice, one after the other: the second one publishes nothing', async () => {
    const reference = room({ id: 1 })
    await say(reference, secret, 'a')
    expect(await one.redact(reference, 'a')).toMatchObject({ outcome: 'redacted' })
    expect(await two.redact(reference, 'a')).toEqual({ outcome: 'redacted-before', id: 'a' })
    expect(await noticesOf(reference)).toBe(1)
    await heard(reference)
  })

  test.each([
    ['by its definition', room],
    ['anew', plain],
  ] as const)('on two nodes at once, of a state that loses it %s: it is gone on both', async (_, definition) => {
    const reference = definition({ id: 1 })
    await say(reference, 'stays', 'a')
    await say(reference, secret, 'b')
    const outcomes = await Promise.all([one.redact(reference, 'b'), two.redact(reference, 'b')])
    expect(outcomes.every(({ outcome }) => outcome === 'redacted' || outcome === 'redacted-before')).toBe(true)
    await heard(reference)
    expect(await everything(reference)).toContain('stays')
  })

  test('trimmed: what only states still show is lost by its id; an offset says nothing any more', async () => {
    const reference = short({ id: 1 })
    const { position } = await say(reference, secret, 'a')
    for (const id of ['b', 'c', 'd']) await say(reference, 'stays', id)
    await vi.waitUntil(async () => {
      const { publications } = await kept.read(reference.channel, { limit: 10, bytes: 10_000 })
      return publications.every(({ id }) => id !== 'a')
    }, patience)
    expect(await two.redact(reference, Number(position.split('.')[2]))).toEqual({ outcome: 'unknown' })
    expect(await two.redact(reference, 'a')).toMatchObject({ outcome: 'trimmed' })
    await heard(reference)
  })

  test('unknown, or of another channel: nothing is published, there or here', async () => {
    const [here, there] = [room({ id: 1 }), room({ id: 2 })]
    await say(here, 'stays', 'a')
    await say(there, 'stays as well', 'b')
    for (const what of ['b', 'nobody-published-this', 1_000_000])
      expect(await two.redact(here, what)).toEqual({ outcome: 'unknown' })
    expect(await noticesOf(here)).toBe(0)
    expect(await everything(there)).toContain('stays as well')
  })

  test('of another’s channel: who moderates one moderates no other', async () => {
    await say(room({ id: 1 }), 'stays', 'a')
    const owner = two.open({ user: { id: 'owner-2' } })
    await expect(owner.request(audit(room({ id: 1 })), 'redact', { id: 'a' })).rejects.toMatchObject({
      code: 'refused',
    })
    expect(await owner.request(audit(room({ id: 2 })), 'redact', { id: 'a' })).toEqual({ outcome: 'unknown' })
    expect(await everything(room({ id: 1 }))).toContain('stays')
  })

  test('of an entry whose reducer throws', async () => {
    for (const definition of [room, plain]) {
      const reference = definition({ id: 1 })
      await say(reference, `throw ${secret}`, 'a')
      expect(await two.redact(reference, 'a')).toMatchObject({ outcome: 'redacted' })
      await heard(reference)
    }
  })

  test.each([
    ['by its definition', room],
    ['anew', plain],
  ] as const)(
    'in mid-recovery, of a state that loses it %s: readers that are caught up meanwhile show what all do',
    async (_, definition) => {
      const reference = definition({ id: 1 })
      const from = await one.snapshot(reference)
      for (let number = 0; number < 300; number++)
        await say(reference, number === 150 ? secret : `m${number}`, `m${number}`)
      const readers = [one, two, one, two].map((hub) => follow(hub, definition, reference, from.position))
      // It lands while they read: they are caught up in several steps, each of which waits.
      await two.redact(reference, 'm150')
      await say(reference, 'the last', 'last')
      for (const reader of readers) await vi.waitUntil(() => reader.state?.at(-1)?.id === 'last', patience)
      const { value } = await two.snapshot(reference)
      for (const { state } of readers) expect(state).toEqual(value)
      await heard(reference)
    },
  )

  test('many times: history, states and what is listed stay within their bounds', async () => {
    const reference = room({ id: 1 })
    const many = name === 'redis' ? 400 : 1_500
    for (let number = 0; number < many; number++) {
      await say(reference, secret, `m${number}`)
      await one.redact(reference, `m${number}`)
    }
    const { publications } = await kept.read(reference.channel, { limit: 10_000, bytes: 1 << 24 })
    expect(publications.length).toBeLessThanOrEqual(1_200)
    const listed = await kept.read(audit(reference).channel, { limit: 10_000, bytes: 1 << 24 })
    expect(listed.publications.length).toBeLessThanOrEqual(600)
    expect((await two.snapshot(audit(reference))).value.actions).toHaveLength(100)
    await heard(reference)
  })
})

/** A client: it folds what it is told onto its last snapshot, and asks for another where it must. */
function follow(hub: Hub, definition: typeof room, reference: Reference, position: string) {
  const seen: { state: Line[] | undefined } = { state: [] }
  const take = (publications: readonly Publication[]) => {
    for (const one of publications)
      seen.state = fold(definition as AnyChannel, seen.state, one, ({ type }) => {
        if (type === 'baro:redacted') begin(undefined)
      })
  }
  let followed: { end(): void } | undefined
  const begin = (from: string | undefined) => {
    followed?.end()
    if (from === undefined) seen.state = undefined
    followed = hub.open().follow(reference, from, {
      delivered: ({ publications }) => take(publications),
      reset: (_, { value }) => {
        seen.state = value as unknown as Line[]
      },
      failed: () => {},
    })
  }
  begin(position)
  return seen
}
