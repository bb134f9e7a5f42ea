import {
  blank,
  columns,
  type Heading,
  headings,
  type Player,
  partsPerCell,
  rows,
  seats,
  ticksPerSecond,
  type World,
} from '../../channels/arena.ts'

/** Six cells a second, for everybody: an input has a direction, and no speed. */
const partsPerTick = 3
const roundTicks = 40 * ticksPerSecond
const pauseTicks = 5 * ticksPerSecond
/** Whoever gives no input for so long has gone, and the seat is free. A cut that is mended before that costs nothing. */
const quietTicks = 30 * ticksPerSecond
/** So many play at least, bots included. */
const leastPlayers = 3

const steps: Readonly<Record<Heading, readonly [number, number]>> = {
  up: [0, -1],
  down: [0, 1],
  left: [-1, 0],
  right: [1, 0],
}

/** What players want, by who they are: of each the newest since the last tick. */
export type Inputs = ReadonlyMap<string, Heading>

/** The world one tick later. Nothing but the world and the inputs decides, so the same inputs give the same round. */
export function step(before: World, inputs: Inputs): World {
  const tick = before.tick + 1
  const players = withBots(
    before.players.filter(({ by, heardAt }) => by === undefined || tick - heardAt <= quietTicks),
    tick,
  )
  if (tick < before.endsAt) return moved({ ...before, tick, players }, inputs)
  if (!before.isOver) return { ...before, tick, players, isOver: true, endsAt: tick + pauseTicks }
  return {
    tick,
    round: before.round + 1,
    isOver: false,
    endsAt: tick + roundTicks,
    cells: blank.repeat(columns * rows),
    players: players.map((one) => ({ ...one, ...startOf(one.seat) })),
  }
}

/** The world with somebody in it; the same one if they are in it already, and `undefined` if all seats are taken by people. */
export function seated(world: World, by: string, name: string | undefined): World | undefined {
  if (world.players.some((one) => one.by === by)) return world
  const people = world.players.filter((one) => one.by !== undefined)
  const seat = freeSeat(people)
  if (seat === undefined) return undefined
  const player: Player = { seat, by, ...(name && { name }), ...startOf(seat), heading: null, heardAt: world.tick }
  const others = world.players.filter((one) => one.seat !== seat)
  return { ...world, players: withBots([...others, player], world.tick) }
}

function moved(world: World, inputs: Inputs): World {
  const cells = [...world.cells]
  const players = world.players.map((one): Player => {
    const wanted = one.by === undefined ? botHeading(one, world) : inputs.get(one.by)
    const heading = wanted ?? one.heading
    // Who chooses a direction between two rounds begins the next one with it.
    const [x, y] = heading && !world.isOver ? steps[heading] : [0, 0]
    return {
      ...one,
      heading,
      heardAt: wanted ? world.tick : one.heardAt,
      x: within(one.x + x * partsPerTick, columns * partsPerCell),
      y: within(one.y + y * partsPerTick, rows * partsPerCell),
    }
  })
  if (world.isOver) return { ...world, players }
  // Who is first where two meet changes with each tick.
  for (const index of players.keys()) {
    const one = players[(index + world.tick) % players.length]
    if (one?.heading) cells[cellOf(one)] = String(one.seat)
  }
  return { ...world, cells: cells.join(''), players }
}

function cellOf({ x, y }: Pick<Player, 'x' | 'y'>): number {
  return Math.floor(y / partsPerCell) * columns + Math.floor(x / partsPerCell)
}

function within(place: number, end: number): number {
  return Math.min(end - 1, Math.max(0, place))
}

/** Bots fill the seats that people leave free, and get up for them. */
function withBots(players: readonly Player[], tick: number): Player[] {
  const people = players.filter(({ by }) => by !== undefined)
  const all = [...people, ...players.filter(({ by }) => by === undefined)].slice(
    0,
    Math.max(people.length, leastPlayers),
  )
  while (all.length < leastPlayers) {
    const seat = freeSeat(all) ?? 0
    all.push({ seat, ...startOf(seat), heading: null, heardAt: tick })
  }
  return all.sort((a, b) => a.seat - b.seat)
}

function freeSeat(players: readonly Player[]): number | undefined {
  const free = Array.from({ length: seats }, (_, seat) => seat)
  return free.find((seat) => players.every((one) => one.seat !== seat))
}

/** Seats begin far from each other, in two rows. */
function startOf(seat: number): { readonly x: number; readonly y: number } {
  const column = Math.floor(((seat >> 1) + 0.5) * (columns / (seats / 2)))
  const row = seat % 2 === 0 ? 2 : rows - 3
  return { x: (column + 0.5) * partsPerCell, y: (row + 0.5) * partsPerCell }
}

/** Now and then a bot turns to where the next cells are not its own. Chance would not give the same round twice. */
function botHeading(bot: Player, { cells, tick }: World): Heading | undefined {
  if ((tick + bot.seat * 5) % 12 !== 0 && bot.heading !== null) return undefined
  const worth = (heading: Heading): number => {
    const [x, y] = steps[heading]
    const ahead = [1, 2, 3].map((cells) => ({
      x: bot.x + x * cells * partsPerCell,
      y: bot.y + y * cells * partsPerCell,
    }))
    const isInside = (place: { x: number; y: number }) =>
      place.x >= 0 && place.x < columns * partsPerCell && place.y >= 0 && place.y < rows * partsPerCell
    const foreign = ahead.filter((place) => isInside(place) && cells[cellOf(place)] !== String(bot.seat)).length
    return foreign * 10 + ((tick * 7 + bot.seat * 13 + headings.indexOf(heading) * 5) % 9)
  }
  return headings.toSorted((a, b) => worth(b) - worth(a))[0]
}
