import { type AnyChannel, channel, type Publication, type Reference } from '@baro/core'
import type { Broker } from '@baro/core/broker'
import { checkOf, fold, formatPosition } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { RecordedLog } from '../../test/fake-client.ts'
import { tamperWith } from '../../test/tampered-broker.ts'
import { createHub } from '../hub/create-hub.ts'
import type { Hub } from '../hub/hub.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import type { Redacting } from './redactor.ts'

interface Line {
  readonly id: string
  /** Absent once it was taken back. */
  readonly text?: string
}

const events = { message: z.object({ text: z.string() }) }
const initial = (): Line[] => []
const on = {
  message: (list: Line[], { id, payload }: { id: string; payload: { text: string } }) => {
    if (payload.text === 'throw') throw new Error('a fault of the reducer')
    return [...list, { id, text: payload.text }]
  },
}

/** Something stands for what was taken back, also for whoever comes later. */
const chat = channel('chat:{id}', {
  moderated: true,
  events,
  state: {
    initial,
    on,
    redact: (list, { id, time }) =>
      time === undefined ? list.map((line) => (line.id === id ? { id } : line)) : [...list, { id }],
  },
})
/** One type for all, so that a table may hold them. */
const as = (definition: AnyChannel) => definition as unknown as typeof chat
/** It does not say how its state loses anything. */
const plain = as(channel('plain:{id}', { moderated: true, events, state: { initial, on } }))
/** Its state cannot lose anything. */
const broken = as(
  channel('broken:{id}', {
    moderated: true,
    events,
    state: {
      initial,
      on,
      redact: (): Line[] => {
        throw new Error('a fault of the definition')
      },
    },
  }),
)
/** Its history is much shorter than its state. */
const short = as(
  channel('short:{id}', {
    moderated: true,
    history: { size: 1 },
    events,
    state: { initial, on, redact: (list, { id }) => list.filter((line) => line.id !== id) },
  }),
)
const stateless = as(channel('stateless:{id}', { moderated: true, events }))
const lasting = as(channel('lasting:{id}', { events, state: { initial, on } }))
/** The same, and it does not say how its state loses anything. */
const shortPlain = as(
  channel('short-plain:{id}', {
    moderated: true,
    history: { size: 1 },
    events,
    state: { initial, on },
  }),
)
const channels = [chat, plain, broken, short, shortPlain, stateless, lasting]

const secret = 'a secret'

function createNodes() {
  const clock = createFakeClock()
  const randomness = createSeededRandomness('redact')
  const memory = createMemoryBroker({ clock, randomness })
  const node = () => {
    const broker = tamperWith(memory)
    const log = new RecordedLog()
    const hub = createHub({ channels, broker, clock, log, randomness })
    for (const definition of channels) hub.on(definition, { access: 'public' })
    return Object.assign(hub, { broker, log })
  }
  return { clock, memory, node }
}

/** A client: it folds what it is told onto its last snapshot. */
function follow(hub: Hub, definition: typeof chat, from?: { position: string; value: Line[] }) {
  const reference = definition({ id: 1 })
  const seen = { state: from?.value, resets: [] as string[], publications: [] as Publication[] }
  const participant = hub.open()
  participant.follow(reference as Reference, from?.position, {
    delivered: ({ publications }) => {
      seen.publications.push(...publications)
      for (const publication of publications)
        seen.state = fold(definition, seen.state as Line[], publication, ({ type }) => {
          if (type !== 'baro:redacted') return
          // As the client does: it asks for a snapshot.
          seen.resets.push('spoiled')
          seen.state = undefined
          void hub.snapshot(reference).then(({ value }) => {
            seen.state = value as Line[]
          })
        })
    },
    reset: (reason, { value }) => {
      seen.resets.push(reason)
      seen.state = value as unknown as Line[]
    },
    failed: (error) => seen.resets.push(error.code),
  })
  return seen
}

/** What a node does that dies before it has written the state. */
function redactBehind(broker: Broker, { pattern, history }: typeof chat) {
  const tombstone = { type: 'baro:tombstone', payload: {} }
  const notice = { type: 'baro:redacted', payload: { id: 'the-secret', offset: 1 }, id: 'notice', time: 0 }
  return broker.redact(
    pattern.text.replace('{id}', '1'),
    { offset: 1, check: checkOf('the-secret') },
    tombstone,
    notice,
    history,
  )
}

const textsOf = async (hub: Hub, reference: Reference) =>
  ((await hub.snapshot(reference)).value as unknown as Line[]).map(({ text }) => text)

describe('a publication that is taken back', () => {
  test.each([
    ['by its id', 'the-secret'],
    ['by its offset', 2],
  ])('%s is gone from states, histories, readers and kept states of all nodes', async (_, what) => {
    const { clock, memory, node } = createNodes()
    const [one, two] = [node(), node()]
    const room = chat({ id: 1 })
    await one.publish(room, 'message', { text: 'before' })
    const early = await one.snapshot(room)
    await one.publish(room, 'message', { text: secret }, { id: 'the-secret' })
    const live = follow(two, chat, { position: early.position, value: early.value as Line[] })
    await clock.pass(0)
    expect(live.state?.[1]).toEqual({ id: 'the-secret', text: secret })
    const redacted = await two.redact(room, what, { reason: 'abuse', by: 'ada' })
    const head = (await one.snapshot(room)).position
    expect(redacted).toEqual({ outcome: 'redacted', id: 'the-secret', position: head })
    await clock.pass(0)
    const returned = follow(one, chat, { position: early.position, value: early.value as Line[] })
    await clock.pass(0)
    const { value } = await two.snapshot(room)
    expect(value).toEqual([expect.objectContaining({ text: 'before' }), { id: 'the-secret' }])
    // I6: live or late, by the same reducer, they show the same.
    expect(live.state).toEqual(value)
    expect(returned.state).toEqual(value)
    expect(returned.resets).toEqual([])
    expect(live.publications.at(-1)).toMatchObject({
      type: 'baro:redacted',
      payload: { id: 'the-secret', offset: 2, reason: 'abuse' },
      by: 'ada',
    })
    expect(JSON.stringify(returned.publications)).not.toContain(secret)
    const kept = await memory.readCheckpoint('chat:1', '1')
    expect(formatPosition(kept?.position as never)).toBe(head)
    expect(JSON.stringify(kept)).not.toContain(secret)
    expect(JSON.stringify(await memory.read('chat:1', { limit: 10, bytes: 10_000 }))).not.toContain(secret)
  })

  test.each([
    ['a definition does not say how', plain, 'message'],
    ['its function throws', broken, 'message'],
  ] as const)('is lost by a state that is folded anew where %s', async (_, definition, type) => {
    const { clock, memory, node } = createNodes()
    const [one, two] = [node(), node()]
    const room = definition({ id: 1 })
    await one.publish(room, type, { text: 'before' })
    await one.publish(room, type, { text: secret }, { id: 'the-secret' })
    await one.publish(room, type, { text: 'after' })
    const live = follow(two, definition)
    await clock.pass(0)
    expect(live.state?.map(({ text }) => text)).toEqual(['before', secret, 'after'])
    await one.redact(room, 'the-secret')
    await clock.pass(0)
    expect(live.state?.map(({ text }) => text)).toEqual(['before', 'after'])
    expect(await textsOf(one, room)).toEqual(['before', 'after'])
    expect(await textsOf(two, room)).toEqual(['before', 'after'])
    expect(await textsOf(node(), room)).toEqual(['before', 'after'])
    expect(JSON.stringify(await memory.readCheckpoint(room.channel, '1'))).not.toContain(secret)
    await two.publish(room, type, { text: 'next' })
    await clock.pass(0)
    expect(live.state?.map(({ text }) => text)).toEqual(['before', 'after', 'next'])
  })

  test('I2: readers of a state that is folded anew miss nothing', async () => {
    const { clock, node } = createNodes()
    const hub = node()
    const room = plain({ id: 1 })
    const live = follow(hub, plain)
    await clock.pass(0)
    for (const text of ['a', 'b', 'c']) await hub.publish(room, 'message', { text })
    await Promise.all([hub.redact(room, 1), hub.publish(room, 'message', { text: 'd' }), hub.redact(room, 2)])
    await hub.publish(room, 'message', { text: 'e' })
    await clock.pass(0)
    expect(live.publications.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await textsOf(hub, room)).toEqual(['c', 'd', 'e'])
  })

  test('is in no state that a node keeps, if the one that took it back dies at once', async () => {
    const { memory, node } = createNodes()
    const one = node()
    for (const definition of [chat, plain]) {
      const room = definition({ id: 1 })
      await one.publish(room, 'message', { text: secret }, { id: 'the-secret' })
      one.broker.broken.add('writeCheckpoint')
      await redactBehind(memory, definition)
      expect(JSON.stringify(await node().snapshot(room))).not.toContain(secret)
      await Promise.resolve()
      expect(JSON.stringify(await memory.readCheckpoint(room.channel, '1'))).not.toContain(secret)
    }
  })

  test('is in no state that a live node keeps, though nobody asks it for a snapshot', async () => {
    const { clock, memory, node } = createNodes()
    const hub = node()
    hub.open().follow(plain({ id: 1 }) as Reference, 'now', { delivered() {}, reset() {}, failed() {} })
    await clock.pass(0)
    await hub.publish(plain({ id: 1 }), 'message', { text: secret }, { id: 'the-secret' })
    await redactBehind(memory, plain)
    await clock.pass(0)
    expect(JSON.stringify(await memory.readCheckpoint('plain:1', '1'))).not.toContain(secret)
  })

  test('is in no snapshot while the state is folded anew', async () => {
    const { clock, memory, node } = createNodes()
    const hub = node()
    follow(hub, plain)
    await clock.pass(0)
    await hub.publish(plain({ id: 1 }), 'message', { text: secret }, { id: 'the-secret' })
    const release = hub.broker.holdReads()
    await redactBehind(memory, plain)
    const asked = hub.snapshot(plain({ id: 1 }))
    const visitor = follow(hub, plain)
    await clock.pass(0)
    expect(visitor.state).toBeUndefined()
    release()
    expect((await asked).value).toEqual([])
    await clock.pass(0)
    expect(visitor.state).toEqual([])
  })

  test('is gone once the call resolves: it fails if the state cannot be kept', async () => {
    const { node } = createNodes()
    const hub = node()
    await hub.publish(chat({ id: 1 }), 'message', { text: secret }, { id: 'the-secret' })
    hub.broker.broken.add('writeCheckpoint')
    await expect(hub.redact(chat({ id: 1 }), 'the-secret')).rejects.toMatchObject({ code: 'unavailable' })
    hub.broker.broken.clear()
    expect(await hub.redact(chat({ id: 1 }), 'the-secret')).toMatchObject({ outcome: 'redacted-before' })
  })

  test('is gone from a channel without a state', async () => {
    const { node } = createNodes()
    const hub = node()
    await hub.publish(stateless({ id: 1 }), 'message', { text: secret }, { id: 'the-secret' })
    expect(await hub.redact(stateless({ id: 1 }), 'the-secret')).toMatchObject({ outcome: 'redacted' })
  })
})

describe('bad input', () => {
  test('twice, also on two nodes at once: it is gone once, and later calls publish nothing', async () => {
    const { node } = createNodes()
    const [one, two] = [node(), node()]
    const room = chat({ id: 1 })
    await one.publish(room, 'message', { text: secret }, { id: 'the-secret' })
    await Promise.all([one.redact(room, 'the-secret'), two.redact(room, 'the-secret')])
    const { position, value } = await two.snapshot(room)
    expect(value).toEqual([{ id: 'the-secret' }])
    expect(await one.redact(room, 'the-secret')).toEqual({ outcome: 'redacted-before', id: 'the-secret' })
    expect(await two.redact(room, 1)).toEqual({ outcome: 'redacted-before', id: 'the-secret' })
    expect((await one.snapshot(room)).position).toBe(position)
  })

  test('trimmed: what only the state still shows is lost by its id, and by an offset nobody knows what it was', async () => {
    const { clock, node } = createNodes()
    const [one, two] = [node(), node()]
    const room = short({ id: 1 })
    await one.publish(room, 'message', { text: secret }, { id: 'the-secret' })
    await one.publish(room, 'message', { text: 'after' })
    expect(await two.redact(room, 1)).toEqual({ outcome: 'unknown' })
    expect(await two.redact(room, 'the-secret')).toMatchObject({ outcome: 'trimmed', id: 'the-secret' })
    await clock.pass(0)
    expect(await textsOf(one, room)).toEqual(['after'])
    expect(await textsOf(two, room)).toEqual(['after'])
  })

  test('trimmed, of a state that does not say how it loses something: it starts from what is left', async () => {
    const { clock, memory, node } = createNodes()
    const hub = node()
    const room = shortPlain({ id: 1 })
    await hub.publish(room, 'message', { text: secret }, { id: 'the-secret' })
    for (let count = 0; count < 150; count++) await hub.publish(room, 'message', { text: 'after' })
    expect(await hub.redact(room, 'the-secret')).toMatchObject({ outcome: 'trimmed' })
    await clock.pass(0)
    expect(JSON.stringify(await hub.snapshot(room))).not.toContain(secret)
    expect(JSON.stringify(await memory.readCheckpoint(room.channel, '1'))).not.toContain(secret)
    expect(JSON.stringify(await node().snapshot(room))).not.toContain(secret)
  })

  test.each([['nothing'], [9], ['in-another']])('unknown (%j): nothing is published', async (what) => {
    const { node } = createNodes()
    const hub = node()
    await hub.publish(chat({ id: 1 }), 'message', { text: 'stays' })
    await hub.publish(chat({ id: 2 }), 'message', { text: 'stays' }, { id: 'in-another' })
    const { position } = await hub.snapshot(chat({ id: 1 }))
    expect(await hub.redact(chat({ id: 1 }), what)).toEqual({ outcome: 'unknown' })
    expect((await hub.snapshot(chat({ id: 1 }))).position).toBe(position)
    expect(await textsOf(hub, chat({ id: 2 }))).toEqual(['stays'])
  })

  test('a notice of a redaction is nothing to take back', async () => {
    const { node } = createNodes()
    const hub = node()
    await hub.publish(chat({ id: 1 }), 'message', { text: secret })
    await hub.redact(chat({ id: 1 }), 1)
    expect(await hub.redact(chat({ id: 1 }), 2)).toEqual({ outcome: 'unknown' })
  })

  test('of an entry whose reducer threw', async () => {
    const { node } = createNodes()
    const hub = node()
    await hub.publish(chat({ id: 1 }), 'message', { text: 'throw' }, { id: 'the-fault' })
    expect(await hub.redact(chat({ id: 1 }), 'the-fault')).toMatchObject({ outcome: 'redacted' })
    expect(await textsOf(hub, chat({ id: 1 }))).toEqual([])
  })

  test('many times: history stays within its bounds', async () => {
    const { memory, node } = createNodes()
    const hub = node()
    const room = chat({ id: 1 })
    for (let count = 1; count <= 3_000; count++) {
      const { id } = await hub.publish(room, 'message', { text: secret })
      await hub.redact(room, id)
    }
    const { publications } = await memory.read('chat:1', { limit: 10_000, bytes: 10_000_000 })
    expect(publications.length).toBeLessThanOrEqual(1_100)
    expect(JSON.stringify(publications)).not.toContain(secret)
  })

  test.each([
    ['a channel that is not moderated', lasting({ id: 1 }), 'x', {}, 'bad-definition'],
    ['an empty id', chat({ id: 1 }), '', {}, 'bad-id'],
    ['an offset that is none', chat({ id: 1 }), 0, {}, 'bad-id'],
    ['a fraction', chat({ id: 1 }), 1.5, {}, 'bad-id'],
    ['a reason that is a letter', chat({ id: 1 }), 'x', { reason: 'x'.repeat(201) }, 'invalid-payload'],
    ['an option that does not exist', chat({ id: 1 }), 'x', { why: 'x' }, 'bad-definition'],
    ['a channel that does not exist', { channel: 'none:1' }, 'x', {}, 'unknown-channel'],
  ])('%s is refused', async (_, reference, what, options, code) => {
    const { node } = createNodes()
    await expect(node().redact(reference as Reference, what, options as Redacting)).rejects.toMatchObject({ code })
  })
})
