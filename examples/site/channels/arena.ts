import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** How wide and how high the arena is, in cells. */
export const columns = 18
export const rows = 12
/** A place is told in parts of a cell. */
export const partsPerCell = 10

export const ticksPerSecond = 20
export const seats = 8
export const headings = ['up', 'down', 'left', 'right'] as const
/** A cell that nobody has painted. Others have the number of a seat. */
export const blank = '.'

const heading = z.enum(headings)
const name = z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(16)))

const player = z.object({
  seat: z.int(),
  /** Who it is, as the server knows; absent for a bot. */
  by: z.optional(z.string()),
  name,
  x: z.int(),
  y: z.int(),
  heading: z.nullable(heading),
  /** The tick of its newest input. */
  heardAt: z.int(),
})

const world = z.object({
  tick: z.int(),
  round: z.int(),
  /** Between two rounds nobody moves. */
  isOver: z.boolean(),
  /** The tick at which this ends. */
  endsAt: z.int(),
  /** Row by row, a character for each cell. */
  cells: z.string(),
  players: z.array(player),
})

export type Heading = (typeof headings)[number]
export type Player = z.infer<typeof player>
export type World = z.infer<typeof world>

/**
 * A game for eight. Each tick is a publication that holds the whole world, so the newest one wins: whoever is slower than the
 * ticks, or was away for longer than the second that is kept, gets the world as it is now, and no tick in between.
 */
export const arena = channel('arena', {
  events: { world },
  /** Where a player wants to go. One that is lost, or late, is replaced by the next. */
  signals: { steer: z.object({ heading }) },
  requests: {
    me: { input: z.object({}), output: z.object({ by: z.optional(z.string()) }) },
    /** Takes a seat; again, it is the same one. */
    join: { input: z.object({ name }), output: z.object({ seat: z.int() }) },
  },
  state: { initial: newWorld, on: { world: (_, { payload }) => payload } },
  history: { size: ticksPerSecond },
})

function newWorld(): World {
  return { tick: 0, round: 0, isOver: true, endsAt: 0, cells: blank.repeat(columns * rows), players: [] }
}

/** How many cells each seat has painted. */
export function cellsBySeat({ cells }: World): readonly number[] {
  const counts = Array.from({ length: seats }, () => 0)
  for (const cell of cells) if (cell !== blank) counts[Number(cell)] = (counts[Number(cell)] ?? 0) + 1
  return counts
}
