/** The rules of the game, and what a stranger could send to break them. */
import { createHub, type Participant } from '@baro/server'
import { createFakeClock, settled } from '@baro/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  arena,
  blank,
  cellsBySeat,
  columns,
  type Heading,
  headings,
  partsPerCell,
  rows,
  seats,
  type World,
} from '../../examples/site/channels/arena.ts'
import { openArena } from '../../examples/site/server/arena/arena.ts'
import { seated, step } from '../../examples/site/server/arena/rules.ts'
import { visitorOf } from '../../examples/site/server/visitor-of.ts'

const nobody = new Map<string, Heading>()
const begun = step(arena.state?.initial() as World, nobody)

function stepped(
  ticks: number,
  from: World,
  inputs: (tick: number) => ReadonlyMap<string, Heading> = () => nobody,
): World {
  let world = from
  for (let tick = 0; tick < ticks; tick++) world = step(world, inputs(tick))
  return world
}

function withPeople(...people: readonly string[]): World {
  return people.reduce<World>((world, by) => seated(world, by, undefined) ?? world, begun)
}

const playerOf = (world: World, by: string) => world.players.find((one) => one.by === by)

describe('the rules', () => {
  test('a round begins with bots, and they paint', () => {
    expect(begun).toMatchObject({ round: 1, isOver: false, cells: blank.repeat(columns * rows) })
    expect(begun.players.map(({ by }) => by)).toEqual([undefined, undefined, undefined])
    const counts = cellsBySeat(stepped(400, begun))
    for (const { seat } of begun.players) expect(counts[seat], `bot ${seat}`).toBeGreaterThan(10)
  })

  test('the same inputs give the same round', () => {
    const inputs = (tick: number) => new Map([['ada', headings[(tick * 7) % 4] ?? 'up']])
    expect(stepped(900, withPeople('ada'), inputs)).toEqual(stepped(900, withPeople('ada'), inputs))
  })

  test('a player goes on in the direction of the newest input, at the speed of everybody, and paints', () => {
    const before = withPeople('ada')
    const moved = stepped(20, before, (tick) => (tick === 0 ? new Map([['ada', 'right']]) : nobody))
    const [from, to] = [playerOf(before, 'ada'), playerOf(moved, 'ada')]
    expect([(to?.x ?? 0) - (from?.x ?? 0), to?.y]).toEqual([60, from?.y])
    const painted = cellsBySeat(stepped(1, before, () => new Map([['ada', 'right']])))
    expect([cellsBySeat(before)[from?.seat ?? -1], painted[from?.seat ?? -1]]).toEqual([0, 1])
  })

  test.each(headings)('nobody leaves the arena by going %s for ever', (heading) => {
    const { x = -1, y = -1 } =
      playerOf(
        stepped(500, withPeople('ada'), () => new Map([['ada', heading]])),
        'ada',
      ) ?? {}
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x).toBeLessThan(columns * partsPerCell)
    expect(y).toBeGreaterThanOrEqual(0)
    expect(y).toBeLessThan(rows * partsPerCell)
  })

  test('between two rounds an input moves nobody; then all is blank, and all stand where they began', () => {
    const right = () => new Map<string, Heading>([['ada', 'right']])
    const over = stepped(begun.endsAt - begun.tick, withPeople('ada'), right)
    expect(over).toMatchObject({ round: 1, isOver: true })
    const later = stepped(20, over, right)
    expect([playerOf(later, 'ada')?.x, later.cells]).toEqual([playerOf(over, 'ada')?.x, over.cells])
    const next = stepped(over.endsAt - over.tick, over, right)
    expect(next).toMatchObject({ round: 2, isOver: false, cells: blank.repeat(columns * rows) })
    expect(playerOf(next, 'ada')).toMatchObject({
      ...playerOf(withPeople('ada'), 'ada'),
      heading: 'right',
      heardAt: expect.any(Number),
    })
  })

  test('bots get up for people, and come back when these have been quiet for too long', () => {
    const three = withPeople('ada', 'bob', 'eve')
    expect(three.players.map(({ by }) => by).sort()).toEqual(['ada', 'bob', 'eve'])
    const ofAda = () => new Map<string, Heading>([['ada', 'up']])
    expect(stepped(600, three, ofAda).players.every(({ by }) => by !== undefined)).toBe(true)
    const alone = stepped(700, three, ofAda)
    expect(alone.players.map(({ by }) => by)).toEqual(expect.arrayContaining(['ada', undefined, undefined]))
    expect(alone.players).toHaveLength(3)
  })

  test('eight may play, and each has one seat', () => {
    const eight = withPeople(...'abcdefgh')
    expect(new Set(eight.players.map(({ seat }) => seat)).size).toBe(seats)
    expect(seated(eight, 'i', undefined)).toBeUndefined()
    expect(seated(eight, 'a', 'another name')).toBe(eight)
  })

  test('what nobody in the world has sent changes nothing', () => {
    const foreign = () => new Map<string, Heading>([['mallory', 'up']])
    expect(stepped(50, withPeople('ada'), foreign)).toEqual(stepped(50, withPeople('ada')))
  })
})

function setUp() {
  const hub = createHub({ channels: [arena], auth: visitorOf })
  const clock = createFakeClock()
  openArena(hub, clock)
  const as = (id: string) => hub.open({ user: { id } })
  return {
    hub,
    ada: as('ada'),
    as,
    world: async () => (await hub.snapshot(arena())).value,
    /** Lets so many ticks pass. */
    async ticks(count: number) {
      for (let tick = 0; tick < count; tick++) {
        clock.advance(50)
        await settled()
      }
    },
  }
}

function watch(participant: Participant) {
  return participant.follow(arena(), 'now', { delivered: () => {}, reset: () => {}, failed: () => {} })
}

describe('the arena', () => {
  let stage: ReturnType<typeof setUp>
  beforeEach(() => {
    stage = setUp()
    return () => stage.hub.close()
  })

  test('ticks while somebody looks, and not before or after', async () => {
    await stage.ticks(10)
    expect((await stage.world()).tick).toBe(0)
    const watched = watch(stage.ada)
    await settled()
    await stage.ticks(10)
    const { tick } = await stage.world()
    expect(tick).toBeGreaterThan(5)
    watched.end()
    await settled()
    await stage.ticks(10)
    expect((await stage.world()).tick).toBe(tick)
  })

  test('to join a hundred times is to join once; who finds no seat is told so', async () => {
    watch(stage.ada)
    const taken = await Promise.all(Array.from({ length: 100 }, () => stage.ada.request(arena(), 'join', {})))
    expect(new Set(taken.map(({ seat }) => seat)).size).toBe(1)
    const others = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => stage.as(`other ${index}`).request(arena(), 'join', {})),
    )
    const refused = others.flatMap((one) => (one.status === 'rejected' ? one.reason.code : []))
    expect(refused).toEqual(Array.from({ length: 20 - (seats - 1) }, () => 'not-accepted'))
    await stage.ticks(2)
    expect((await stage.world()).players).toHaveLength(seats)
  })

  test.each<[string, unknown, string]>([
    ['a direction that there is not', { heading: 'warp' }, 'invalid-payload'],
    ['a speed alone', { speed: 1e9 }, 'invalid-payload'],
    ['a name that objects have', { heading: '__proto__' }, 'invalid-payload'],
    ['a list', ['up'], 'invalid-payload'],
    ['nothing', null, 'invalid-payload'],
  ])('refuses %s as an input', async (_, payload, code) => {
    await stage.ada.request(arena(), 'join', {})
    await expect(stage.ada.signal(arena(), 'steer', payload as never)).rejects.toMatchObject({ code })
  })

  test('refuses what it has no handler for, and whoever has no seat', async () => {
    const { ada } = stage
    await expect(ada.signal(arena(), 'steer', { heading: 'up' })).rejects.toMatchObject({ code: 'not-accepted' })
    await expect(ada.signal(arena(), 'teleport' as 'steer', {} as never)).rejects.toMatchObject({
      code: 'not-accepted',
    })
    // The world is the server's.
    await expect(ada.publish(arena(), 'world', begun)).rejects.toMatchObject({ code: 'not-accepted' })
    await expect(ada.request(arena(), 'join', { name: 'x'.repeat(17) })).rejects.toMatchObject({
      code: 'invalid-payload',
    })
  })

  test('a thousand inputs in one tick are one, and a speed beside the direction is nothing', async () => {
    watch(stage.ada)
    await settled()
    await stage.ticks(2)
    await stage.ada.request(arena(), 'join', {})
    await stage.ticks(1)
    const place = async () => playerOf(await stage.world(), 'ada')
    const before = await place()
    for (let input = 0; input < 1_000; input++)
      await stage.ada.signal(arena(), 'steer', { heading: headings[input % 4] ?? 'up', x: 1, speed: 1e9 } as never)
    await stage.ticks(1)
    const moved = await place()
    expect([(moved?.x ?? 0) - (before?.x ?? 0), (moved?.y ?? 0) - (before?.y ?? 0)]).toEqual([3, 0])
  })

  test('a round goes on where it was when somebody looks again', async () => {
    const first = watch(stage.ada)
    await settled()
    await stage.ticks(30)
    first.end()
    await settled()
    const { tick, round } = await stage.world()
    watch(stage.as('bob'))
    await settled()
    await stage.ticks(2)
    const later = await stage.world()
    expect(later.round).toBe(round)
    expect(later.tick - tick).toBeLessThanOrEqual(3)
    expect(later.tick).toBeGreaterThan(tick)
  })
})
