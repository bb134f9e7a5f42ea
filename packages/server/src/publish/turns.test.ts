import { BaroError } from '@baro/core'
import type { Turn } from '@baro/core/broker'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { createNodes, roomOne } from '../../test/feed-nodes.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import type { Resolved } from '../channel/registry.ts'
import { Feeds } from '../stream/feeds.ts'
import { Appender } from './appender.ts'
import { ClaimedWork } from './claimed-work.ts'
import { ClaimsEpoch } from './claims-epoch.ts'
import { Publisher } from './publisher.ts'

type Handler = NonNullable<NonNullable<AnyHandlers['events']>[string]>

const passOn: Handler = ({ payload, publish }) => publish('message', payload)

interface Sent {
  readonly number: number
  readonly confirmed?: number
  readonly text?: unknown
  readonly id?: string
  readonly producer?: string
  readonly scope?: string
  readonly claimsEpoch?: string
  readonly assertAllowed?: () => Promise<void>
}

/** Nodes on one broker, to each of which a client sends its publishes by turns. */
function setUp() {
  const nodes = createNodes()
  const told: string[] = []
  const nodeOf = (message: Handler = passOn) => {
    const node = nodes.node()
    const { broker, log } = node.parts
    const claimsEpoch = new ClaimsEpoch(broker, node.parts.clock, (epoch) => told.push(epoch))
    const claimedWork = new ClaimedWork({ ...node.parts, claimsEpoch, claimWindowMs: 1_000 })
    const appender = new Appender({ ...node.parts, feeds: new Feeds(node.parts) })
    const randomness = createSeededRandomness('publisher')
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
    const resolved: Resolved = { ...roomOne, handlers: { access: 'public', events: { message } } }
    const send = async ({ number, confirmed = 0, text, id, producer = 'tab', scope = 'user:1', ...terms }: Sent) => {
      const turn: Turn = { producer, number, confirmed }
      return publisher.accept({
        resolved,
        type: 'message',
        payload: { text: text ?? `text ${number}` },
        id: id ?? `id-${number}`,
        turn,
        scope,
        share: { of: 'guest', address: '' },
        context: { channel: 'room:1', params: {}, user: undefined, claims: {}, session: undefined },
        assertAllowed: async () => {},
        ...terms,
      })
    }
    return { ...node, send, claimsEpoch }
  }
  const history = async () =>
    (await nodes.memory.read('room:1', { after: 0, limit: 100, bytes: 1e6 })).publications.map(({ id }) => id)
  return { ...nodes, nodeOf, history, told }
}

describe('I5: publishes by turns', () => {
  test('are done in their order, each once, whatever is sent again and on which node', async () => {
    const { nodeOf, history } = setUp()
    const [one, other] = [nodeOf(), nodeOf()]
    const first = await one.send({ number: 1 })
    const second = await other.send({ number: 2 })
    expect(await other.send({ number: 1 })).toEqual(first)
    expect(await one.send({ number: 2, confirmed: 1 })).toEqual(second)
    expect(await history()).toEqual(['id-1', 'id-2'])
  })

  test('that are sent again while the first is at work wait for it here, and are in progress elsewhere', async () => {
    const { nodeOf, history } = setUp()
    let goOn = () => {}
    const until = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const held: Handler = async ({ payload, publish }) => {
      await until
      return publish('message', payload)
    }
    const [one, other] = [nodeOf(held), nodeOf()]
    const both = [one.send({ number: 1 }), one.send({ number: 1 })]
    await expect(other.send({ number: 1 })).rejects.toMatchObject({ code: 'in-progress', retry: true })
    await expect(other.send({ number: 2 })).rejects.toMatchObject({ code: 'in-progress', retry: true })
    goOn()
    const [answer, repeated] = await Promise.all(both)
    expect(repeated).toEqual(answer)
    await other.send({ number: 2 })
    expect(await history()).toEqual(['id-1', 'id-2'])
  })

  test.each([
    ['that leave one out', 3],
    ['of a producer that nobody knows', 2],
  ])('%s are out of turn, and nothing is done', async (_, number) => {
    const { nodeOf, history } = setUp()
    const { send } = nodeOf()
    if (number === 3) await send({ number: 1 })
    await expect(send({ number })).rejects.toMatchObject({ code: 'out-of-turn', retry: false })
    expect(await history()).toEqual(number === 3 ? ['id-1'] : [])
  })

  test('whose producer was forgotten are out of turn', async () => {
    const { nodeOf, clock } = setUp()
    const { send } = nodeOf()
    await send({ number: 1 })
    clock.advance(900)
    await send({ number: 2 })
    clock.advance(900)
    await send({ number: 3 })
    clock.advance(1_000)
    await expect(send({ number: 4 })).rejects.toMatchObject({ code: 'out-of-turn' })
  })

  test('whose answer was confirmed are out of turn when they come late, and are not done again', async () => {
    const { nodeOf, history } = setUp()
    const { send } = nodeOf()
    await send({ number: 1 })
    await send({ number: 2, confirmed: 1 })
    await expect(send({ number: 1 })).rejects.toMatchObject({ code: 'out-of-turn' })
    expect(await history()).toEqual(['id-1', 'id-2'])
  })

  test.each<[string, Partial<Sent>, string]>([
    ['its schema', { text: 5 }, 'invalid-payload'],
    [
      'its rule',
      {
        assertAllowed: async () => {
          throw new BaroError('refused', 'Not you.')
        },
      },
      'refused',
    ],
    [
      'a rule that throws',
      {
        assertAllowed: async () => {
          throw new TypeError('broken')
        },
      },
      'handler-failed',
    ],
  ])('that are refused for good by %s use up their number', async (_, how, code) => {
    const { nodeOf, history } = setUp()
    const { send } = nodeOf()
    await expect(send({ number: 1, ...how })).rejects.toMatchObject({ code })
    await expect(send({ number: 1 })).rejects.toMatchObject({ code })
    await send({ number: 2 })
    expect(await history()).toEqual(['id-2'])
  })

  test('that are refused for now keep their number', async () => {
    const { nodeOf, history } = setUp()
    const { send } = nodeOf()
    const assertAllowed = async () => {
      throw new BaroError('unavailable', 'Nobody can tell now.')
    }
    await expect(send({ number: 1, assertAllowed })).rejects.toMatchObject({ code: 'unavailable' })
    await expect(send({ number: 2 })).rejects.toMatchObject({ code: 'out-of-turn' })
    await send({ number: 1 })
    expect(await history()).toEqual(['id-1'])
  })

  test('of producers and scopes are apart', async () => {
    const { nodeOf, history } = setUp()
    const { send } = nodeOf()
    await send({ number: 1, id: 'a' })
    await send({ number: 1, id: 'b', producer: 'other' })
    await send({ number: 1, id: 'c', scope: 'user:2' })
    expect(await history()).toEqual(['a', 'b', 'c'])
  })

  test('that count on another life of the claims are not done, and every session is told the new life', async () => {
    const { nodeOf, history, told, memory } = setUp()
    const { send, claimsEpoch, broker } = nodeOf()
    broker.claimsEpoch = async () => 'the life before'
    expect(await claimsEpoch.ask()).toBe('the life before')
    await expect(send({ number: 1, claimsEpoch: 'the life before' })).rejects.toMatchObject({ code: 'out-of-turn' })
    const epoch = await memory.claimsEpoch()
    expect(told).toEqual([epoch])
    expect(claimsEpoch.known).toBe(epoch)
    await send({ number: 1, claimsEpoch: epoch })
    expect(await history()).toEqual(['id-1'])
  })

  test.each([
    ['number', { number: 0 }, 'bad-message'],
    ['producer', { number: 1, producer: 'no id' }, 'bad-id'],
    ['id', { number: 1, id: 'no id' }, 'bad-id'],
  ])('with a bad %s are refused', async (_, sent, code) => {
    await expect(setUp().nodeOf().send(sent)).rejects.toMatchObject({ code })
  })
})
