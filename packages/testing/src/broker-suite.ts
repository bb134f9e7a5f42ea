import {
  type AtPosition,
  type Broker,
  type BrokerSubscriber,
  type Checkpoint,
  checkOf,
  createId,
  type Delivery,
  type Entry,
  type HistoryBounds,
  positionAfter,
  type ReadRange,
  type Signal,
  startOf,
  systemRandomness,
} from '@baro/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { createSeededRandomness, type SeededRandomness } from './seeded-randomness.ts'

/** What one test of the suite gives to the function that makes the broker. */
export interface BrokerSuiteContext {
  /** The clock the broker is to use, if it keeps its own time. */
  readonly clock: FakeClock
  readonly randomness: SeededRandomness
  /** Another one in each test: a broker with an outside store keeps its keys apart by it. */
  readonly store: string
  /** Which node of the store to make: 1, and 2 as well if the suite runs on two. */
  readonly node: 1 | 2
}

/** What `brokerSuite` needs to know about a broker. */
export interface BrokerSuiteOptions {
  /** 2 if several brokers can share a store: the second half of each duty is then seen from the other one. Default 1. */
  readonly nodes?: 1 | 2
  /** How time passes for this broker. Default: on the clock of the context. */
  readonly pass?: (ms: number, context: BrokerSuiteContext) => Promise<void>
  /** How long deliveries may be under way. Default: they are there as soon as `append` has resolved. */
  readonly delivered?: (arrived: () => boolean) => Promise<void>
}

const roomy: HistoryBounds = { size: 100, ttlMs: 60_000, bytes: 1 << 20 }
const all: ReadRange = { after: 0, limit: 1_000, bytes: 1 << 20 }

/**
 * Registers the tests (of vitest) that hold a broker to the duties of its port.
 *
 * @param createBroker Called before each test; the broker is closed after it.
 *
 * @example
 * ```ts
 * import { brokerSuite } from '@baro/testing/broker-suite'
 *
 * brokerSuite('my broker', async ({ clock, randomness }) => createMyBroker({ clock, randomness }))
 * ```
 */
export function brokerSuite(
  name: string,
  createBroker: (context: BrokerSuiteContext) => Promise<Broker>,
  { nodes = 1, pass = (ms, { clock }) => clock.pass(ms), delivered = async () => {} }: BrokerSuiteOptions = {},
): void {
  describe(`broker suite: ${name}`, () => {
    let tests = 0
    let context: BrokerSuiteContext
    let broker: Broker
    let other: Broker

    beforeEach(async () => {
      tests++
      const randomness = createSeededRandomness(`${name} ${tests}`)
      // A name no other run has: a real store may still hold what an earlier one left.
      const store = `suite-${createId(systemRandomness)}`
      context = { clock: createFakeClock(), randomness, store, node: 1 }
      broker = await createBroker(context)
      other = nodes === 2 ? await createBroker({ ...context, node: 2 }) : broker
    })

    afterEach(async () => {
      await broker.close()
      if (other !== broker) await other.close()
    })

    const append = (channel: string, id: string, bounds = roomy, payload: Entry['payload'] = { text: id }) =>
      broker.append(channel, { type: 'message', payload, id, time: context.clock.now() }, bounds)

    async function appendMany(channel: string, ids: readonly string[], bounds = roomy): Promise<Delivery[]> {
      const deliveries: Delivery[] = []
      for (const id of ids) deliveries.push(await append(channel, id, bounds))
      return deliveries
    }

    const idsOf = (publications: readonly { readonly id: string }[]) => publications.map(({ id }) => id)

    describe('append', () => {
      test('gives the next offset and tells what the publication follows and where it leads', async () => {
        const [first, second] = await appendMany('room:1', ['first-id', 'second-id'])
        expect(first).toEqual({
          channel: 'room:1',
          follows: startOf(first?.position.epoch ?? ''),
          position: { kind: 'at', epoch: first?.position.epoch, offset: 1, check: checkOf('first-id') },
          publication: {
            type: 'message',
            payload: { text: 'first-id' },
            offset: 1,
            id: 'first-id',
            time: context.clock.now(),
          },
        })
        expect(second?.follows).toEqual(first?.position)
        expect(second?.publication.offset).toBe(2)
      })

      test('keeps who published it, and nothing that is not of a publication', async () => {
        const entry = { type: 'm', payload: null, id: 'a', time: 5, by: 'user-1', secret: true }
        const { publication } = await broker.append('room:1', entry, roomy)
        expect(publication).toEqual({ type: 'm', payload: null, offset: 1, id: 'a', time: 5, by: 'user-1' })
        const { by, ...anonymous } = entry
        expect('by' in (await broker.append('room:1', anonymous, roomy)).publication).toBe(false)
      })

      test('returns a publication by read as soon as it has resolved', async () => {
        await append('room:1', 'a')
        expect(idsOf((await other.read('room:1', all)).publications)).toEqual(['a'])
      })

      test('I1: appends made without waiting for one another get their offsets in the order they were made', async () => {
        const ids = Array.from({ length: 50 }, (_, index) => `id-${index}`)
        const deliveries = await Promise.all(ids.map((id) => append('room:1', id)))
        expect(deliveries.map(({ publication }) => publication.offset)).toEqual(ids.map((_, index) => index + 1))
        expect(idsOf((await broker.read('room:1', all)).publications)).toEqual(ids)
      })

      test('I1: appends from two nodes give every offset once', async () => {
        const ids = Array.from({ length: 40 }, (_, index) => `id-${index}`)
        await Promise.all(
          ids.map((id, index) =>
            (index % 2 ? broker : other).append('room:1', { type: 'm', payload: 0, id, time: 0 }, roomy),
          ),
        )
        const { publications } = await broker.read('room:1', all)
        expect(publications.map(({ offset }) => offset)).toEqual(ids.map((_, index) => index + 1))
        expect(idsOf(publications).sort()).toEqual([...ids].sort())
      })

      test('channels do not share offsets', async () => {
        await appendMany('room:1', ['a', 'b'])
        expect((await append('room:2', 'c')).publication.offset).toBe(1)
      })

      test('a payload may be any JSON value', async () => {
        const payloads = [null, true, 0, -1.5, '', '한글 🎈', [], [1, [2]], {}, { a: { b: [null] } }]
        for (const [index, payload] of payloads.entries()) await append('room:1', `id-${index}`, roomy, payload)
        const { publications } = await other.read('room:1', all)
        expect(publications.map(({ payload }) => payload)).toEqual(payloads)
      })
    })

    describe('existence and epochs', () => {
      test('I4: reading never creates a channel: however many are read, they stand at one absent epoch, offset 0', async () => {
        const views = [await broker.read('room:1', all), await other.read('room:2', { limit: 1, bytes: 1 })]
        for (const view of views)
          expect(view).toMatchObject({ head: { offset: 0, check: '' }, floor: 0, publications: [] })
        expect(views[0]?.epoch).toBe(views[1]?.epoch)
        expect(views[0]?.checkThere).toBe('')
      })

      test('I4: the first append creates the record under exactly the epoch that readers were told', async () => {
        const { epoch } = await other.read('room:1', all)
        const { follows, position } = await append('room:1', 'a')
        expect(follows).toEqual(startOf(epoch))
        expect(position.epoch).toBe(epoch)
      })

      test('I4: following a channel does not create it either', async () => {
        const { epoch } = await broker.read('room:1', all)
        const end = await broker.subscribe('room:1', createProbe())
        expect((await broker.read('room:1', all)).epoch).toBe(epoch)
        end()
        expect((await append('room:1', 'a')).position.epoch).toBe(epoch)
      })

      test('I4: the epoch is fit for a position', async () => {
        expect((await broker.read('room:1', all)).epoch).toMatch(/^[A-Za-z0-9_~-]{1,64}$/)
      })

      test('I4: the epoch of a channel stays, whatever happens in others', async () => {
        const { position } = await append('room:1', 'a')
        await appendMany('room:2', ['b', 'c'])
        expect((await append('room:1', 'd')).position.epoch).toBe(position.epoch)
      })
    })

    describe('read', () => {
      test('returns what follows an offset, with the head', async () => {
        await appendMany('room:1', ['a', 'b', 'c'])
        const view = await other.read('room:1', { ...all, after: 1 })
        expect(idsOf(view.publications)).toEqual(['b', 'c'])
        expect(view.head).toEqual({ offset: 3, check: checkOf('c') })
      })

      test('I2: a limit cuts the tail off, never the beginning', async () => {
        await appendMany('room:1', ['a', 'b', 'c', 'd'])
        const view = await broker.read('room:1', { after: 1, limit: 2, bytes: 1_000 })
        expect(idsOf(view.publications)).toEqual(['b', 'c'])
        expect(view.head.offset).toBe(4)
      })

      test('I7: bytes bound what is returned, but one publication always comes', async () => {
        for (const id of ['a', 'b', 'c']) await append('room:1', id, roomy, 'x'.repeat(98))
        const read = async (bytes: number) =>
          idsOf((await broker.read('room:1', { after: 0, limit: 10, bytes })).publications)
        expect(await read(200)).toEqual(['a', 'b'])
        expect(await read(299)).toEqual(['a', 'b'])
        expect(await read(300)).toEqual(['a', 'b', 'c'])
        expect(await read(1)).toEqual(['a'])
      })

      test('without an offset it returns the newest, in order', async () => {
        await appendMany('room:1', ['a', 'b', 'c', 'd'])
        expect(idsOf((await broker.read('room:1', { limit: 2, bytes: 1_000 })).publications)).toEqual(['c', 'd'])
        expect(idsOf((await broker.read('room:1', { limit: 9, bytes: 1 })).publications)).toEqual(['d'])
      })

      test('a limit of 0 asks for epoch, head and floor only', async () => {
        await appendMany('room:1', ['a', 'b'])
        const view = await broker.read('room:1', { after: 0, limit: 0, bytes: 1_000 })
        expect(view).toMatchObject({ head: { offset: 2 }, floor: 0, publications: [] })
      })

      test('I4: at the head there is nothing more, beyond it neither, and the head tells which is which', async () => {
        await appendMany('room:1', ['a', 'b'])
        for (const after of [2, 3, 1_000_000]) {
          const view = await broker.read('room:1', { ...all, after })
          expect(view.publications).toEqual([])
          expect(view.head.offset).toBe(2)
          expect(view.checkThere).toBe(after === 2 ? checkOf('b') : undefined)
        }
      })

      test('I4: the check of the publication asked for is known from the floor to the head, both included', async () => {
        const ids = ['id-one', 'id-two', 'id-three', 'id-four', 'id-five']
        await appendMany('room:1', ids, { ...roomy, size: 2 })
        const checks: (string | undefined)[] = []
        for (let after = 0; after <= 6; after++) checks.push((await other.read('room:1', { ...all, after })).checkThere)
        expect(checks.slice(0, 3)).toEqual([undefined, undefined, undefined])
        expect(checks.slice(3, 6)).toEqual(ids.slice(2).map(checkOf))
        expect(checks[6]).toBeUndefined()
      })
    })

    describe('history', () => {
      test('I2: a bound on the count trims the oldest and moves the floor with it', async () => {
        await appendMany('room:1', ['a', 'b', 'c', 'd'], { ...roomy, size: 3 })
        const view = await broker.read('room:1', all)
        expect(view.floor).toBe(1)
        expect(idsOf(view.publications)).toEqual(['b', 'c', 'd'])
        expect((await broker.read('room:1', { ...all, after: 1 })).checkThere).toBe(checkOf('a'))
      })

      test('I7: a bound on the bytes trims the oldest, and a publication larger than it is not kept at all', async () => {
        const bounds = { ...roomy, bytes: 250 }
        for (const id of ['a', 'b', 'c']) await append('room:1', id, bounds, 'x'.repeat(98))
        expect(await broker.read('room:1', { ...all, after: 1 })).toMatchObject({ floor: 1, head: { offset: 3 } })
        await append('room:1', 'huge', bounds, 'x'.repeat(300))
        expect(await broker.read('room:1', { ...all, after: 4 })).toMatchObject({
          floor: 4,
          checkThere: checkOf('huge'),
          publications: [],
        })
      })

      test('I7: bytes are counted as UTF-8', async () => {
        // 32 syllables of 3 bytes and two quotes: 98 bytes, not 34.
        for (const id of ['a', 'b', 'c']) await append('room:1', id, { ...roomy, bytes: 200 }, '글'.repeat(32))
        expect((await broker.read('room:1', all)).floor).toBe(1)
      })

      test('I2: a bound on the age trims what is older, also while nothing is appended', async () => {
        const bounds = { ...roomy, ttlMs: 1_000 }
        await append('room:1', 'a', bounds)
        await pass(600, context)
        await append('room:1', 'b', bounds)
        await pass(600, context)
        const view = await other.read('room:1', { ...all, after: 1 })
        expect(view).toMatchObject({ floor: 1, head: { offset: 2 }, checkThere: checkOf('a') })
        expect(idsOf(view.publications)).toEqual(['b'])
        await pass(600, context)
        expect(await broker.read('room:1', { ...all, after: 2 })).toMatchObject({
          floor: 2,
          head: { offset: 2, check: checkOf('b') },
          checkThere: checkOf('b'),
          publications: [],
        })
      })

      test('I4: offsets and epoch outlive the history', async () => {
        const bounds = { ...roomy, ttlMs: 500 }
        const before = await append('room:1', 'a', bounds)
        await pass(800, context)
        const after = await append('room:1', 'b', bounds)
        expect(after.follows).toEqual(before.position)
      })

      test('a channel that keeps no history still counts', async () => {
        await appendMany('room:1', ['a', 'b'], { ...roomy, size: 0 })
        expect(await broker.read('room:1', { ...all, after: 2 })).toMatchObject({
          floor: 2,
          head: { offset: 2, check: checkOf('b') },
          checkThere: checkOf('b'),
          publications: [],
        })
      })

      test('I1: what is kept stays in order over many trims', async () => {
        const bounds = { ...roomy, size: 7 }
        for (let index = 1; index <= 100; index++) {
          await append('room:1', `id-${index}`, bounds)
          const view = await broker.read('room:1', all)
          const from = Math.max(0, index - 7)
          expect(view.floor).toBe(from)
          expect(view.publications.map(({ offset }) => offset)).toEqual(
            Array.from({ length: index - from }, (_, step) => from + step + 1),
          )
        }
      })
    })

    describe('subscribe', () => {
      test('I2: every append after it resolved is delivered, in order, each following the one before', async () => {
        const probe = createProbe()
        await other.subscribe('room:1', probe)
        const made = await appendMany('room:1', ['a', 'b', 'c'])
        await delivered(() => probe.deliveries.length === 3)
        expect(probe.deliveries).toEqual(made)
      })

      test('I2: what was appended before is not delivered', async () => {
        await append('room:1', 'a')
        const probe = createProbe()
        await broker.subscribe('room:1', probe)
        await append('room:1', 'b')
        await delivered(() => probe.deliveries.length > 0)
        expect(idsOf(probe.deliveries.map(({ publication }) => publication))).toEqual(['b'])
      })

      test('subscribers of one channel all get it, those of others do not', async () => {
        const [one, two, elsewhere] = [createProbe(), createProbe(), createProbe()]
        await broker.subscribe('room:1', one)
        await other.subscribe('room:1', two)
        await broker.subscribe('room:2', elsewhere)
        await append('room:1', 'a')
        await delivered(() => one.deliveries.length + two.deliveries.length === 2)
        expect([one, two, elsewhere].map(({ deliveries }) => deliveries.length)).toEqual([1, 1, 0])
      })

      test('who has stopped is told nothing more, and stopping twice does nothing', async () => {
        const [gone, stays] = [createProbe(), createProbe()]
        const end = await broker.subscribe('room:1', gone)
        await broker.subscribe('room:1', stays)
        end()
        end()
        await append('room:1', 'a')
        await broker.signal({ channel: 'room:1', type: 'typing', payload: null })
        await delivered(() => stays.deliveries.length === 1 && stays.signals.length === 1)
        expect([gone.deliveries, gone.signals, gone.lost]).toEqual([[], [], expect.any(Function)])
        expect(stays.deliveries).toHaveLength(1)
      })

      test('a subscriber that throws does not hurt the others, nor the append', async () => {
        const stays = createProbe()
        const broken = (): never => {
          throw new Error('broken subscriber')
        }
        await broker.subscribe('room:1', { deliver: broken, signal: broken, lost: broken })
        await broker.subscribe('room:1', stays)
        expect((await append('room:1', 'a')).publication.offset).toBe(1)
        await broker.signal({ channel: 'room:1', type: 'typing', payload: null })
        await delivered(() => stays.deliveries.length === 1 && stays.signals.length === 1)
        expect([stays.deliveries.length, stays.signals.length]).toEqual([1, 1])
      })

      test('I1: a subscriber that appends in its turn does not make others see the second before the first', async () => {
        const probe = createProbe()
        const answers: Promise<Delivery>[] = []
        await broker.subscribe('room:1', {
          ...createProbe(),
          deliver: ({ publication }) => {
            if (publication.id === 'question') answers.push(append('room:1', 'answer'))
          },
        })
        await broker.subscribe('room:1', probe)
        await append('room:1', 'question')
        await Promise.all(answers)
        await delivered(() => probe.deliveries.length === 2)
        expect(idsOf(probe.deliveries.map(({ publication }) => publication))).toEqual(['question', 'answer'])
      })

      test('who is stopped within a delivery to somebody else is told nothing from then on', async () => {
        let stopped = false
        let toldAfterwards = 0
        let end = () => {}
        await broker.subscribe('room:1', {
          ...createProbe(),
          deliver: () => {
            end()
            stopped = true
          },
        })
        end = await broker.subscribe('room:1', { ...createProbe(), deliver: () => void (stopped && toldAfterwards++) })
        await appendMany('room:1', ['a', 'b'])
        await delivered(() => stopped)
        expect([stopped, toldAfterwards]).toEqual([true, 0])
      })
    })

    describe('signal', () => {
      test('reaches those who follow now and is kept nowhere', async () => {
        const probe = createProbe()
        await other.subscribe('room:1', probe)
        const signal: Signal = { channel: 'room:1', type: 'typing', payload: { on: true }, by: 'user-1' }
        await broker.signal(signal)
        await broker.signal({ channel: 'room:2', type: 'typing', payload: null })
        await delivered(() => probe.signals.length === 1)
        expect(probe.signals).toEqual([signal])
        expect(await broker.read('room:1', all)).toMatchObject({ head: { offset: 0 }, publications: [] })
        const late = createProbe()
        await broker.subscribe('room:1', late)
        expect(late.signals).toEqual([])
      })
    })

    describe('claims', () => {
      test('I5: exactly one of many who claim an id at once is granted it, on all nodes', async () => {
        const claims = await Promise.all(
          Array.from({ length: 20 }, (_, index) => (index % 2 ? broker : other).claim('user-1', 'id-1', 10_000)),
        )
        expect(claims.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1)
        expect(claims.filter(({ outcome }) => outcome === 'pending')).toHaveLength(19)
      })

      test('I5: after it is settled, everybody gets the first answer, null included', async () => {
        for (const [id, answer] of [
          ['a', { position: '1a.x.1.y' }],
          ['b', null],
        ] as const) {
          await broker.claim('user-1', id, 10_000)
          await broker.settle('user-1', id, answer)
          expect(await other.claim('user-1', id, 10_000)).toEqual({ outcome: 'settled', answer })
          expect(await broker.claim('user-1', id, 10_000)).toEqual({ outcome: 'settled', answer })
        }
      })

      test('I5: the first answer stays', async () => {
        await broker.claim('user-1', 'a', 10_000)
        await broker.settle('user-1', 'a', 'first')
        await other.settle('user-1', 'a', 'second')
        expect(await broker.claim('user-1', 'a', 10_000)).toEqual({ outcome: 'settled', answer: 'first' })
      })

      test('I5: the same id of another scope is another claim, however scope and id are cut', async () => {
        expect(await broker.claim('user', '1:2', 10_000)).toEqual({ outcome: 'granted' })
        expect(await broker.claim('user:1', '2', 10_000)).toEqual({ outcome: 'granted' })
        expect(await broker.claim('user', '1', 10_000)).toEqual({ outcome: 'granted' })
      })

      test('I5: a claim holds to the end of its window, settled or not, and is forgotten after it', async () => {
        await broker.claim('user-1', 'settled', 1_000)
        await broker.claim('user-1', 'pending', 1_000)
        await broker.claim('user-1', 'long', 10_000)
        await broker.settle('user-1', 'settled', 1)
        await pass(600, context)
        expect(await broker.claim('user-1', 'settled', 1_000)).toEqual({ outcome: 'settled', answer: 1 })
        expect(await broker.claim('user-1', 'pending', 1_000)).toEqual({ outcome: 'pending' })
        await pass(600, context)
        expect(await broker.claim('user-1', 'settled', 1_000)).toEqual({ outcome: 'granted' })
        expect(await broker.claim('user-1', 'pending', 1_000)).toEqual({ outcome: 'granted' })
        expect(await broker.claim('user-1', 'long', 10_000)).toEqual({ outcome: 'pending' })
      })

      test('I5: an id that was claimed again after its window holds for a whole window', async () => {
        await broker.claim('user-1', 'a', 1_000)
        await pass(1_200, context)
        expect(await broker.claim('user-1', 'a', 1_000)).toEqual({ outcome: 'granted' })
        await pass(600, context)
        expect(await broker.claim('user-1', 'a', 1_000)).toEqual({ outcome: 'pending' })
      })

      test('I5: settling what nobody claimed grants nothing to anybody', async () => {
        await broker.settle('user-1', 'a', 'answer')
        expect(await broker.claim('user-1', 'a', 10_000)).toEqual({ outcome: 'granted' })
      })

      test('I5: the life of the claims has a name', () => {
        expect(broker.claimsEpoch).toMatch(/./)
        expect(other.claimsEpoch).toBe(broker.claimsEpoch)
      })
    })

    describe('checkpoints', () => {
      const checkpoint = (position: AtPosition, state: string, version = '1'): Checkpoint => ({
        position,
        version,
        state,
      })

      test('there is none before one is written', async () => {
        expect(await broker.readCheckpoint('room:1')).toBeUndefined()
        await append('room:1', 'a')
        expect(await broker.readCheckpoint('room:1')).toBeUndefined()
      })

      test('the newer stays, whichever comes last', async () => {
        const [first, second] = await appendMany('room:1', ['a', 'b'])
        if (!first || !second) throw new Error('nothing was appended')
        const [older, newer] = [checkpoint(first.position, 'older'), checkpoint(second.position, 'newer')]
        await broker.writeCheckpoint('room:1', older)
        expect(await other.readCheckpoint('room:1')).toEqual(older)
        await broker.writeCheckpoint('room:1', newer)
        await other.writeCheckpoint('room:1', older)
        expect(await broker.readCheckpoint('room:1')).toEqual(newer)
      })

      test('another version replaces it, older or not: the state of another reducer is of no use', async () => {
        const [first, second] = await appendMany('room:1', ['a', 'b'])
        if (!first || !second) throw new Error('nothing was appended')
        await broker.writeCheckpoint('room:1', checkpoint(second.position, 'version 1'))
        await broker.writeCheckpoint('room:1', checkpoint(first.position, 'version 2', '2'))
        expect(await other.readCheckpoint('room:1')).toEqual(checkpoint(first.position, 'version 2', '2'))
      })

      test('I4: one of another epoch is not kept', async () => {
        const { position } = await append('room:1', 'a')
        await broker.writeCheckpoint('room:1', checkpoint({ ...position, epoch: `${position.epoch}x` }, 'foreign'))
        expect(await broker.readCheckpoint('room:1')).toBeUndefined()
      })

      test('I4: one whose position is not on the history is not kept: rewritten, beyond the head, or trimmed', async () => {
        const bounds = { ...roomy, size: 2 }
        const deliveries: Delivery[] = []
        for (const id of ['a', 'b', 'c', 'd']) deliveries.push(await append('room:1', id, bounds))
        const [trimmed, , kept, head] = deliveries.map(({ position }) => position)
        if (!trimmed || !kept || !head) throw new Error('nothing was appended')
        await broker.writeCheckpoint('room:1', checkpoint(kept, 'kept'))
        for (const [position, version] of [
          [{ ...head, check: 'other' }, '1'],
          [{ ...head, offset: head.offset + 1 }, '1'],
          [trimmed, '2'],
        ] as const)
          await broker.writeCheckpoint('room:1', checkpoint(position, 'nobody can continue from it', version))
        expect(await broker.readCheckpoint('room:1')).toEqual(checkpoint(kept, 'kept'))
        await other.writeCheckpoint('room:1', checkpoint(head, 'at the head'))
        expect(await broker.readCheckpoint('room:1')).toEqual(checkpoint(head, 'at the head'))
      })

      test('trimming history does not touch it', async () => {
        const bounds = { ...roomy, size: 1 }
        const { position } = await append('room:1', 'a', bounds)
        await broker.writeCheckpoint('room:1', checkpoint(position, 'state'))
        await appendMany('room:1', ['b', 'c', 'd'], bounds)
        expect(await other.readCheckpoint('room:1')).toEqual(checkpoint(position, 'state'))
      })

      test('channels do not share it', async () => {
        const { position } = await append('room:1', 'a')
        await append('room:2', 'a')
        await broker.writeCheckpoint('room:1', checkpoint(position, 'state'))
        expect(await broker.readCheckpoint('room:2')).toBeUndefined()
      })
    })

    test('I2: subscribe first, then read, then join by position: nothing is missed while others append', async () => {
      const probe = createProbe()
      const ids = Array.from({ length: 60 }, (_, index) => `id-${index}`)
      const appends = (async () => {
        for (const id of ids) await append('room:1', id)
      })()
      await Promise.resolve()
      await other.subscribe('room:1', probe)
      const view = await other.read('room:1', all)
      await appends
      await delivered(() => probe.deliveries.at(-1)?.publication.id === ids.at(-1))
      let position = startOf(view.epoch)
      const joined: string[] = []
      const take = (publication: Delivery['publication']) => {
        if (publication.offset !== position.offset + 1) return
        joined.push(publication.id)
        position = positionAfter(view.epoch, publication)
      }
      for (const publication of view.publications) take(publication)
      for (const { publication } of probe.deliveries) take(publication)
      expect(joined).toEqual(ids)
    })
  })
}

interface Probe extends BrokerSubscriber {
  readonly deliveries: Delivery[]
  readonly signals: Signal[]
}

function createProbe(): Probe {
  const probe: Probe = {
    deliveries: [],
    signals: [],
    deliver: (delivery) => {
      probe.deliveries.push(delivery)
    },
    signal: (signal) => {
      probe.signals.push(signal)
    },
    lost: () => {
      throw new Error('The broker said that deliveries were lost, and none were.')
    },
  }
  return probe
}
