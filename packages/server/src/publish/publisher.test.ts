import { BaroError, channel, type Json, type Schema } from '@baro/core'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { room } from '../../test/fake-client.ts'
import { createNodes, roomOne, shownBy } from '../../test/feed-nodes.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import type { Resolved } from '../channel/registry.ts'
import { Feeds } from '../stream/feeds.ts'
import { Appender } from './appender.ts'
import { ClaimedWork } from './claimed-work.ts'
import { ClaimsEpoch } from './claims-epoch.ts'
import { Publisher } from './publisher.ts'

type Handler = NonNullable<NonNullable<AnyHandlers['events']>[string]>

const passOn: Handler = ({ payload, publish }) => publish('message', payload)
const change: Handler = ({ payload, publish }) => publish('message', { ...payload, changed: true })

const assertAllowed = async () => {}

/** Nodes on one broker, each with a publisher. */
function setUp({ claimWindowMs = 1_000 } = {}) {
  const nodes = createNodes()
  const publisherOf = (message: Handler, resolved: Resolved = roomOne) => {
    const node = nodes.node()
    const feeds = new Feeds(node.parts)
    const randomness = createSeededRandomness('publisher')
    const { broker, log } = node.parts
    const claimsEpoch = new ClaimsEpoch(broker, node.parts.clock, () => {})
    const claimedWork = new ClaimedWork({ ...node.parts, claimsEpoch, claimWindowMs })
    const appender = new Appender({ ...node.parts, feeds })
    const publisher = new Publisher({
      mutes: { assertMayPublish: () => {} },
      appender,
      claimedWork,
      broker,
      randomness,
      log,
      observing: node.parts.observing,
      clock: node.parts.clock,
    })
    const handled: Resolved = { ...resolved, handlers: { access: 'public', events: { message } } }
    const context = {
      channel: resolved.channel,
      params: resolved.params,
      user: undefined,
      claims: {},
      session: undefined,
    }
    return {
      ...node,
      publisher,
      accept: async (
        text: unknown,
        { id = 'a', scope = 'client:1', user = undefined as string | undefined, allowed = assertAllowed } = {},
      ) =>
        publisher.accept({
          resolved: handled,
          type: 'message',
          payload: { text },
          id,
          scope,
          share: { of: 'guest', address: '' },
          context: user === undefined ? context : { ...context, user: { id: user } },
          assertAllowed: allowed,
        }),
      state: () => feeds.using(resolved, shownBy),
    }
  }
  const history = async () => (await nodes.memory.read('room:1', { after: 0, limit: 100, bytes: 1e6 })).publications
  return { ...nodes, publisherOf, history }
}

/** A handler that a test holds up. */
function heldUp() {
  let goOn = () => {}
  const until = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let runs = 0
  const handler: Handler = async ({ payload, publish }) => {
    runs++
    await until
    return publish('message', payload)
  }
  return { handler, goOn: () => goOn(), runs: () => runs }
}

describe('a publish that nobody has to be waited for', () => {
  /** A broker that answers at once, and a channel without a state. */
  function setUpAtOnce(message: Handler) {
    const nodes = createNodes()
    const { parts } = nodes.node()
    const broker = nodes.memory
    const claimsEpoch = new ClaimsEpoch(broker, parts.clock, () => {})
    const claimedWork = new ClaimedWork({ ...parts, broker, claimsEpoch, claimWindowMs: 1_000 })
    const appender = new Appender({ ...parts, broker, feeds: new Feeds(parts) })
    const randomness = createSeededRandomness('publisher')
    const publisher = new Publisher({
      mutes: { assertMayPublish: () => {} },
      appender,
      claimedWork,
      broker,
      randomness,
      log: parts.log,
      observing: parts.observing,
      clock: parts.clock,
    })
    const history = async () => (await broker.read('plain', { after: 0, limit: 100, bytes: 1e6 })).publications
    const accept = (number: number, text: unknown = `text ${number}`) =>
      publisher.accept({
        resolved: {
          channel: 'plain',
          params: {},
          definition: channel('plain', { events: { message: z.object({ text: z.string() }) } }),
          handlers: { access: 'public', events: { message } },
        },
        type: 'message',
        payload: { text },
        id: `id-${number}`,
        turn: { producer: 'tab', number, confirmed: 0 },
        scope: 'client:1',
        share: { of: 'guest', address: '' },
        context: { channel: 'plain', params: {}, user: undefined, claims: {}, session: undefined },
        assertAllowed: () => {},
      })
    return { accept, history, log: parts.log }
  }

  test('is in the channel, and answered, before anything else happens', async () => {
    const { accept, history } = setUpAtOnce(passOn)
    const answer = accept(1)
    expect(answer).toMatchObject({ id: 'id-1', position: expect.stringMatching(/^1a\..+\.1\.id-1$/) })
    expect(accept(1)).toEqual(answer)
    expect(await history()).toMatchObject([{ id: 'id-1', payload: { text: 'text 1' } }])
  })

  test('is answered at once, too, if its handler publishes and returns nothing, or publishes nothing', async () => {
    const { accept, history } = setUpAtOnce(({ payload, publish }) => {
      if (payload.text === 'nothing') return
      publish('message', payload)
      publish('message', { text: 'one more' })
    })
    expect(accept(1)).toMatchObject({ id: 'id-1', position: expect.any(String) })
    expect(accept(2, 'nothing')).toEqual({ id: 'id-2' })
    expect((await history()).map(({ payload }) => payload)).toEqual([{ text: 'text 1' }, { text: 'one more' }])
  })

  test('waits for a handler that has more to do', async () => {
    const ends: (() => void)[] = []
    const { accept, history } = setUpAtOnce(async ({ payload, publish }) => {
      await publish('message', payload)
      await new Promise<void>((resolve) => ends.push(resolve))
    })
    const answer = accept(1)
    expect(answer).toBeInstanceOf(Promise)
    const repeated = accept(1)
    await Promise.resolve()
    ends[0]?.()
    expect(await answer).toMatchObject({ id: 'id-1' })
    expect(await repeated).toEqual(await answer)
    expect(await history()).toHaveLength(1)
  })

  test('is refused at once, and uses up its turn', () => {
    const { accept } = setUpAtOnce(passOn)
    expect(() => accept(1, 5)).toThrow('not valid')
    expect(() => accept(1)).toThrow('not valid')
    expect(accept(2)).toMatchObject({ id: 'id-2' })
  })

  test('is kept if its handler throws after it, and the failure is logged', async () => {
    const { accept, history, log } = setUpAtOnce(({ payload, publish }) => {
      publish('message', payload)
      throw new Error('afterwards')
    })
    expect(accept(1)).toMatchObject({ id: 'id-1', position: expect.any(String) })
    expect(await history()).toHaveLength(1)
    expect(log.errors).toEqual([expect.stringContaining('afterwards')])
  })

  test('fails with what the handler publishes badly, whether or not the handler waits for it', async () => {
    for (const bad of [
      (({ publish }) => publish('message', { text: 5 })) satisfies Handler,
      (({ publish }) => void publish('message', { text: 5 })) satisfies Handler,
    ]) {
      const { accept, history } = setUpAtOnce(bad)
      await expect(async () => accept(1)).rejects.toMatchObject({ code: 'invalid-payload' })
      expect(await history()).toEqual([])
    }
  })
})

describe('a publish of a client', () => {
  test('is answered with its id and the position after it', async () => {
    const { publisherOf, history, memory } = setUp()
    const answer = await publisherOf(passOn).accept('hello', { id: 'my-id' })
    const { epoch } = await memory.read('room:1', { limit: 0, bytes: 0 })
    expect(answer).toEqual({ id: 'my-id', position: `1a.${epoch}.1.my-id` })
    expect(await history()).toMatchObject([{ id: 'my-id', type: 'message', payload: { text: 'hello' } }])
  })

  test('carries the user of the session, never a user that the payload names', async () => {
    const { publisherOf, history } = setUp()
    const { accept } = publisherOf(passOn)
    await accept('as ada', { id: 'a', user: 'ada' })
    await accept('as a guest', { id: 'b' })
    expect((await history()).map(({ by }) => by)).toEqual(['ada', undefined])
  })

  test('without a handler that accepts it is not accepted, whatever objects inherit', async () => {
    const { publisherOf, history } = setUp()
    const { publisher } = publisherOf(passOn)
    for (const type of ['note', 'nothing', 'constructor', 'toString', '__proto__', 'hasOwnProperty'])
      await expect(
        publisher.accept({
          resolved: { ...roomOne, handlers: { access: 'public', events: { message: passOn } } },
          type,
          payload: { text: 'hello' },
          id: 'a',
          scope: 'client:1',
          share: { of: 'guest', address: '' },
          context: { channel: 'room:1', params: {}, user: undefined, claims: {}, session: undefined },
          assertAllowed,
        }),
      ).rejects.toMatchObject({ code: 'not-accepted' })
    expect(await history()).toEqual([])
  })

  test('that does not pass its schema is refused, and its id is free again', async () => {
    const { publisherOf } = setUp()
    const { accept, broker } = publisherOf(passOn)
    await expect(accept(5)).rejects.toMatchObject({ code: 'invalid-payload', message: expect.stringContaining('text') })
    expect(broker.calls.release).toBe(1)
    expect(await accept('better')).toMatchObject({ id: 'a' })
  })

  test('I5: is not refused by a rule that says no by now, while it is at work or once it is done', async () => {
    const { publisherOf, history } = setUp()
    const held = heldUp()
    const { accept } = publisherOf(held.handler)
    const allowed = () => {
      throw new BaroError('refused', 'not any more')
    }
    const [first, repeat] = [accept('hello'), accept('hello', { allowed })]
    held.goOn()
    expect(await repeat).toEqual(await first)
    expect(await accept('hello', { allowed })).toEqual(await first)
    await expect(accept('hello', { allowed, id: 'b' })).rejects.toMatchObject({ code: 'refused' })
    expect(await history()).toHaveLength(1)
  })

  test.each(['', 'a b', 'x'.repeat(65), 'ä'])('with the id %j is refused', async (id) => {
    await expect(setUp().publisherOf(passOn).accept('hello', { id })).rejects.toMatchObject({ code: 'bad-id' })
  })

  test('without an id claims nothing, and gets an id of its own', async () => {
    const { publisherOf, history } = setUp()
    const { publisher, broker } = publisherOf(passOn)
    const answer = await publisher.accept({
      resolved: { ...roomOne, handlers: { access: 'public', events: { message: passOn } } },
      type: 'message',
      payload: { text: 'hello' },
      id: undefined,
      scope: 'guest',
      share: { of: 'guest', address: '' },
      context: { channel: 'room:1', params: {}, user: undefined, claims: {}, session: undefined },
      assertAllowed,
    })
    expect(broker.calls.claim).toBeUndefined()
    expect((await history()).map(({ id }) => id)).toEqual([answer.id])
  })
})

describe('I5: a repeat', () => {
  test('is told to ask again where the first does not end, so that repeats do not gather; the one that asks later gets its answer', async () => {
    const { publisherOf, clock, history } = setUp({ claimWindowMs: 60_000 })
    const { handler, goOn, runs } = heldUp()
    const { accept } = publisherOf(handler)
    const first = accept('hello')
    const repeat = accept('hello').catch((error: BaroError) => error.code)
    await clock.pass(10_000)
    expect(await repeat).toBe('in-progress')
    const later = accept('hello')
    goOn()
    expect(await later).toEqual(await first)
    expect([runs(), (await history()).length]).toEqual([1, 1])
  })

  test('gets the first answer, and runs nothing', async () => {
    const { publisherOf, history } = setUp()
    const { accept, counters } = publisherOf(passOn)
    const first = await accept('hello')
    expect(await accept('something else')).toEqual(first)
    expect(await history()).toHaveLength(1)
    expect(counters).toMatchObject({ published: 1, repeated: 1 })
  })

  test('gets the first answer also if that was an error', async () => {
    const { publisherOf } = setUp()
    let runs = 0
    const { accept } = publisherOf(() => {
      runs++
      throw new BaroError('refused', 'Not today.')
    })
    for (let times = 0; times < 2; times++)
      await expect(accept('hello')).rejects.toMatchObject({ code: 'refused', message: 'Not today.' })
    expect(runs).toBe(1)
  })

  test('gets the first answer on another node', async () => {
    const { publisherOf, history } = setUp()
    const [one, other] = [publisherOf(passOn), publisherOf(passOn)]
    const first = await one.accept('hello')
    expect(await other.accept('hello')).toEqual(first)
    expect(await history()).toHaveLength(1)
    expect(other.counters.repeated).toBe(1)
  })

  test('that comes while the first is at work on this node waits for it', async () => {
    const { publisherOf, history } = setUp()
    const { handler, goOn, runs } = heldUp()
    const { accept } = publisherOf(handler)
    const both = [accept('hello'), accept('hello')]
    goOn()
    const [first, repeat] = await Promise.all(both)
    expect(repeat).toEqual(first)
    expect(runs()).toBe(1)
    expect(await history()).toHaveLength(1)
  })

  test('that comes while the first is at work elsewhere is told so, and gets the first answer later', async () => {
    const { clock, publisherOf, history } = setUp()
    const { handler, goOn } = heldUp()
    const [one, other] = [publisherOf(handler), publisherOf(passOn)]
    const first = one.accept('hello')
    await clock.pass(0)
    await expect(other.accept('hello')).rejects.toMatchObject({ code: 'in-progress', retry: true })
    goOn()
    const answer = await first
    expect(await other.accept('hello')).toEqual(answer)
    expect(await history()).toHaveLength(1)
    expect(other.counters.repeated).toBe(1)
  })

  test('is the first again once its window is over, or in another scope', async () => {
    const { clock, publisherOf, history } = setUp()
    const { accept } = publisherOf(passOn)
    await accept('one')
    await accept('two', { scope: 'client:2' })
    await clock.pass(1_000)
    await accept('three')
    expect((await history()).map(({ payload }) => payload)).toEqual([
      { text: 'one' },
      { text: 'two' },
      { text: 'three' },
    ])
  })

  test('the claim is made before the handler runs', async () => {
    const { publisherOf, memory } = setUp()
    const claims: unknown[] = []
    const { accept } = publisherOf(async () =>
      claims.push(
        (
          await memory.claim(
            'room:1',
            { scope: 'client:1', id: 'a' },
            { windowMs: 1_000, share: { of: 'application' } },
          )
        ).outcome,
      ),
    )
    await accept('hello')
    expect(claims).toEqual(['pending'])
  })

  test('a publish that could not be claimed did not happen, and may be sent again', async () => {
    const { publisherOf, history } = setUp()
    const { accept, broker } = publisherOf(passOn)
    broker.broken.add('claim')
    await expect(accept('hello')).rejects.toMatchObject({ code: 'unavailable', retry: true })
    broker.broken.clear()
    await accept('hello')
    expect(await history()).toHaveLength(1)
  })

  test('an append that failed never happens: its claim is settled with a refusal, and a repeat runs nothing', async () => {
    const { publisherOf, history } = setUp()
    const { accept, broker, log } = publisherOf(passOn)
    broker.broken.add('append')
    await expect(accept('hello')).rejects.toMatchObject({ code: 'not-kept', retry: false })
    broker.broken.clear()
    await expect(accept('hello')).rejects.toMatchObject({ code: 'not-kept' })
    expect(await history()).toEqual([])
    // No handler has failed, so the log blames none.
    expect(log.errors).toEqual([])
  })

  test('an append that arrives after its claim was settled otherwise does not happen', async () => {
    const { publisherOf, history, memory } = setUp()
    const { accept, broker } = publisherOf(passOn)
    const late: (() => unknown)[] = []
    broker.append = async (...args) => {
      late.push(() => memory.append(...args))
      throw new BaroError('unavailable', 'No answer.')
    }
    await expect(accept('hello')).rejects.toMatchObject({ code: 'not-kept' })
    expect(await late[0]?.()).toMatchObject({ outcome: 'claim-over', answer: { code: 'not-kept' } })
    expect(await history()).toEqual([])
  })

  test('an append that was kept and not confirmed is found, and the publish is answered with its position', async () => {
    const { publisherOf, history, memory } = setUp()
    const { accept, broker } = publisherOf(passOn)
    broker.append = async (...args) => {
      await memory.append(...args)
      throw new BaroError('unavailable', 'No answer.')
    }
    const answer = await accept('hello')
    expect(answer).toMatchObject({ id: 'a', position: expect.stringMatching(/\.1\.a$/) })
    expect(await accept('hello')).toEqual(answer)
    expect(await history()).toHaveLength(1)
  })

  test('an append that failed has an unknown outcome while the claim cannot be settled either', async () => {
    const { publisherOf, history } = setUp()
    const { accept, broker } = publisherOf(passOn)
    broker.broken.add('append').add('settle')
    await expect(accept('hello')).rejects.toMatchObject({ code: 'unknown-outcome', retry: false })
    expect(await history()).toEqual([])
  })

  test('an answer that could not be kept is given all the same', async () => {
    const { publisherOf } = setUp()
    const { accept, broker, log } = publisherOf(() => {})
    broker.broken.add('settle')
    expect(await accept('hello')).toEqual({ id: 'a' })
    expect(log.warnings).toEqual([expect.stringContaining('Could not keep the answer')])
    await expect(accept('hello')).rejects.toMatchObject({ code: 'in-progress' })
  })

  test('the answer is kept in the same step as the publication, so a node may die right after the append', async () => {
    const { publisherOf } = setUp()
    const { accept, broker } = publisherOf(passOn)
    broker.broken.add('settle')
    const answer = await accept('hello')
    expect(await publisherOf(passOn).accept('hello')).toEqual(answer)
  })
})

describe('a handler', () => {
  test('that forgets to wait for its publish is waited for', async () => {
    const { publisherOf, history } = setUp()
    const { accept } = publisherOf(({ payload, publish }) => void publish('message', payload))
    expect(await accept('hello')).toMatchObject({ position: expect.any(String) })
    expect(await history()).toHaveLength(1)
  })

  test('that forgets to wait for a publish that fails is answered with the failure', async () => {
    const { publisherOf } = setUp()
    const { accept } = publisherOf(({ publish }) => void publish('message', { text: 5 }))
    await expect(accept('hello')).rejects.toMatchObject({ code: 'invalid-payload' })
  })

  test('that forgets to wait for its second publish is waited for all the same', async () => {
    const { publisherOf } = setUp()
    const { accept, log } = publisherOf(({ payload, publish }) => {
      publish('message', payload)
      publish('message', { text: 5 })
    })
    expect(await accept('hello')).toMatchObject({ position: expect.any(String) })
    expect(log.errors).toEqual([expect.stringContaining('text')])
  })

  test('that throws, beside a publish of its own that fails, fails once, and no rejection is left over', async () => {
    const { publisherOf } = setUp()
    const { accept, log } = publisherOf(({ publish }) => {
      publish('message', { text: 5 })
      throw new Error('a fault')
    })
    await expect(accept('hello')).rejects.toMatchObject({ code: 'handler-failed' })
    expect(log.errors).toHaveLength(1)
  })

  test('that publishes twice publishes in that order; the client’s id is on the first', async () => {
    const { publisherOf, history } = setUp()
    const { accept } = publisherOf(({ publish }) => {
      publish('message', { text: 'one' })
      publish('note', { text: 'two' })
    })
    const { position } = await accept('hello', { id: 'mine' })
    const [one, two] = await history()
    expect([one?.type, two?.type]).toEqual(['message', 'note'])
    expect(one?.id).toBe('mine')
    expect(two?.id).toMatch(/^[A-Za-z0-9_-]{16}$/)
    expect(position).toContain('.1.')
  })

  test('that publishes nothing is answered without a position', async () => {
    expect(
      await setUp()
        .publisherOf(() => 'ignored')
        .accept('hello'),
    ).toEqual({ id: 'a' })
  })

  test('that publishes an event the channel does not define is told so', async () => {
    const { accept } = setUp().publisherOf(({ publish }) => publish('constructor', {}))
    await expect(accept('hello')).rejects.toMatchObject({ code: 'not-accepted' })
  })

  test.each<[string, unknown]>([
    ['an error', new Error('secret')],
    ['a text', 'secret'],
    ['nothing', undefined],
    ['what has no text', Object.create(null)],
  ])(
    'that throws %s fails that publish only, without telling the client, and is logged with the channel',
    async (_, thrown) => {
      const { publisherOf } = setUp()
      const { accept, log } = publisherOf(() => {
        throw thrown
      })
      const failure: BaroError = await Promise.resolve(accept('hello')).then(
        () => expect.unreachable(),
        (error) => error,
      )
      expect(failure.code).toBe('handler-failed')
      expect(failure.message).not.toContain('secret')
      expect(log.errors).toEqual([expect.stringContaining('"room:1"')])
    },
  )

  test('that throws a passing error is answered for good: the same id does not run it again', async () => {
    const { accept } = setUp().publisherOf(() => {
      throw new BaroError('rate-limited', 'Not so fast.')
    })
    await expect(accept('hello')).rejects.toMatchObject({
      code: 'handler-failed',
      message: 'Not so fast.',
      retry: false,
    })
  })

  test('whose schema throws fails the publish, and the log says why', async () => {
    const { publisherOf } = setUp()
    let calls = 0
    const broken: Schema<{ text: string }> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => {
          if (++calls > 1) throw new Error('a fault of the schema')
          return { value: value as { text: string } }
        },
      },
    }
    const definition = channel('room:{id}', { events: { message: broken } })
    const { accept, log } = publisherOf(change, { ...roomOne, definition })
    await expect(accept('hello')).rejects.toMatchObject({ code: 'handler-failed' })
    expect(log.errors).toEqual([expect.stringMatching(/"room:1".*a fault of the schema/s)])
  })
})

describe('a publish of the application', () => {
  const note = { text: 'from the server' }

  test('resolves after the append, by nobody', async () => {
    const { publisherOf, history } = setUp()
    const { id, position } = await publisherOf(passOn).publisher.publish(roomOne, [{ type: 'note', payload: note }])
    expect(await history()).toEqual([{ type: 'note', payload: note, offset: 1, id, time: expect.any(Number) }])
    expect(position).toContain('.1.')
  })

  test('needs no handler, but its schema', async () => {
    const { publisher } = setUp().publisherOf(passOn)
    await expect(publisher.publish(roomOne, [{ type: 'note', payload: { text: 5 } }])).rejects.toMatchObject({
      code: 'invalid-payload',
    })
    await expect(publisher.publish(roomOne, [{ type: 'nothing', payload: note }])).rejects.toMatchObject({
      code: 'not-accepted',
    })
  })

  test('I5: with an id happens once, on any node, and apart from the ids of clients', async () => {
    const { publisherOf, history } = setUp()
    const [one, other] = [publisherOf(passOn), publisherOf(passOn)]
    const first = await one.publisher.publish(roomOne, [{ type: 'note', payload: note }], 'a')
    expect(await other.publisher.publish(roomOne, [{ type: 'note', payload: note }], 'a')).toEqual(first)
    await one.accept('hello', { id: 'a' })
    expect((await history()).map(({ type }) => type)).toEqual(['note', 'message'])
  })

  test('is folded before history is trimmed', async () => {
    const { publisherOf } = setUp()
    const { publisher, state } = publisherOf(passOn)
    const resolved = {
      ...roomOne,
      definition: Object.assign(room.bind(null), room, { history: { size: 1, ttlMs: 1e9, bytes: 1e9 } }),
    }
    for (const text of ['a', 'b', 'c']) await publisher.publish(resolved, [{ type: 'message', payload: { text } }])
    expect(await state()).toEqual(['a', 'b', 'c'])
  })

  test('that was not kept is rejected as unavailable', async () => {
    const { publisher, broker } = setUp().publisherOf(passOn)
    broker.broken.add('append')
    await expect(publisher.publish(roomOne, [{ type: 'note', payload: note }])).rejects.toMatchObject({
      code: 'unavailable',
    })
  })

  test('hands on the wire form of the schema’s output', async () => {
    const { publisherOf, history } = setUp()
    const definition = channel('room:{id}', { events: { message: z.object({ at: z.date() }) } })
    const at = new Date(0)
    await publisherOf(passOn).publisher.publish({ ...roomOne, definition }, [{ type: 'message', payload: { at } }])
    const [only] = await history()
    expect(only?.payload).toEqual({ at: '1970-01-01T00:00:00.000Z' } satisfies Json)
  })
})
