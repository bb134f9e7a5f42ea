import { describe, expect, test } from 'vitest'
import { createRoomStage, room, subscribe } from '../../test/fake-client.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import type { HubEventName } from '../observe/hub-events.ts'

const one = room({ id: 1 })
const answers = ['baro:recovered', 'baro:reset', 'baro:publications']

/** A room with two publications, whose feed somebody holds; and who has joined and left it. */
async function heldRoom(handlers: Partial<AnyHandlers> = {}) {
  const moments: string[] = []
  const stage = createRoomStage({
    joined: ({ user }) => void (user && moments.push(`${user.id} joined`)),
    left: ({ user }) => void (user && moments.push(`${user.id} left`)),
    ...handlers,
  })
  const keeper = stage.hub.open()
  keeper.follow(one, 'now', { delivered() {}, reset() {}, failed() {} })
  const from = await stage.publish('a')
  const head = await stage.publish('b')
  return { ...stage, moments, keeper, from, head }
}

describe('a following that is ended by whoever is told of its beginning', () => {
  const places = [
    ['subscribed', 'head'],
    ['recovered', 'head'],
    ['recovered', 'from'],
    ['reset', undefined],
  ] as const
  const ways = ['disconnect', 'revoke'] as const

  test.each(places.flatMap(([event, place]) => ways.map((way) => [event, place, way] as const)))(
    'I8, I9: at %s from %s by %s hands nothing on, and holds and joins nothing',
    async (event: HubEventName, place, way) => {
      const stage = await heldRoom()
      const { hub, clock, keeper, moments, publish } = stage
      const client = await stage.connect('ada')
      hub.observe({ [event]: ({ user }: { user?: string }) => void (user === 'ada' && hub[way]({ user: 'ada' })) })
      const readers: number[] = []
      hub.observe({ delivered: (told) => void readers.push(told.readers) })
      const heard = await subscribe(client, 1, place && stage[place])
      await publish('c')
      heard.push(...(await client.heard()))
      expect(heard.map(({ type }) => type).filter((type) => answers.includes(type))).toEqual([])
      expect(heard.some(({ type }) => type === 'baro:error')).toBe(true)
      expect(readers).toEqual([1])
      keeper.end()
      await clock.pass(30_000)
      expect(moments).toEqual(event === 'subscribed' ? [] : ['ada joined', 'ada left'])
      expect(stage.broker.followers.size).toBe(0)
    },
  )

  test('I8: from its rule hands nothing on, and holds and joins nothing', async () => {
    const access: AnyHandlers['access'] = ({ user }) => {
      if (user) void stage.hub.disconnect({ user: user.id })
      return true
    }
    const stage = await heldRoom({ access })
    const client = await stage.connect('ada')
    const heard = await subscribe(client, 1)
    expect(heard.map(({ type }) => type).filter((type) => answers.includes(type))).toEqual([])
    stage.keeper.end()
    await stage.clock.pass(30_000)
    expect([stage.moments, stage.broker.followers.size]).toEqual([[], 0])
  })
})

test('I8: a following whose end is told hands nothing on any more', async () => {
  const { broker, connect, hub } = await heldRoom()
  const client = await connect('ada')
  await subscribe(client, 1)
  const signal = { channel: 'room:1', type: 'typing', payload: { on: true } }
  hub.observe({
    unsubscribed: () => {
      for (const follower of broker.followers) follower.signal(signal)
    },
  })
  const heard = await client.ask('baro:unsubscribe', { channel: 'room:1' })
  expect(heard.map(({ type }) => type)).toEqual(['baro:unsubscribed'])
})
