import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** How wide and how high the board is, in cells. */
export const columns = 24
export const rows = 10

/** Whose paint a cell has: nobody's, the bot's, a visitor's. */
export const blank = 0
export const ofBot = 1
export const ofVisitor = 2

/** Numbers of publications that came without a gap: from the first to the last. */
export type Span = readonly [first: number, last: number]

/** What everybody paints on together, as far as one reader has heard of it. */
export interface Board {
  /** The publication that painted a cell last, and the colour it gave it; `null` for a cell that nobody painted. */
  readonly cells: readonly (readonly [offset: number, colour: number] | null)[]
  /** Which publications are in it, oldest first: one span, unless something is missing. */
  readonly spans: readonly Span[]
}

/** A publication of the board, as a socket brings it. */
export interface Stroke {
  readonly offset: number
  readonly payload: { readonly cell: number; readonly colour: number }
}

/** So many holes are remembered. */
const keptSpans = 64

/** The board of the home page: a bot draws on it, and so may every visitor. */
export const board = channel('board', {
  events: {
    paint: z.object({
      cell: z.int().check(z.gte(0), z.lt(columns * rows)),
      colour: z.literal([blank, ofBot, ofVisitor]),
    }),
  },
  state: { initial: (): Board => ({ cells: [], spans: [] }), on: { paint: painted } },
  // A page further behind gets the board as it is now, which is smaller than what it missed.
  history: { size: 2_000, ttl: '2h' },
})

/** The board after a publication. */
export function painted(board: Board, { offset, payload }: Stroke): Board {
  const cells = [...board.cells]
  while (cells.length <= payload.cell) cells.push(null)
  cells[payload.cell] = [offset, payload.colour]
  const last = board.spans.at(-1)
  const spans: readonly Span[] =
    last && last[1] === offset - 1
      ? [...board.spans.slice(0, -1), [last[0], offset]]
      : [...board.spans, [offset, offset] as const].slice(-keptSpans)
  return { cells, spans }
}

/** The newest publication that a board knows of; 0 if none. */
export function newestOf({ spans }: Board): number {
  return spans.at(-1)?.[1] ?? 0
}

/** Whether a publication is in a board. */
export function isIn({ spans }: Board, offset: number): boolean {
  return spans.some(([first, last]) => first <= offset && offset <= last)
}
