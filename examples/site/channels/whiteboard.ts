import { channel } from '@baro/core'
import * as z from 'zod/mini'

/** How wide and how high the board is, in units of its own. */
export const boardWidth = 1_600
export const boardHeight = 1_000

/** What a stroke can be drawn with. A name and not a colour: what strangers send stands in the pages of others. */
export const inks = ['ink', 'red', 'orange', 'green', 'blue', 'violet'] as const
export const widths = [4, 12, 32] as const

/** The longest stroke. A longer line goes on in the next one. */
export const maxPoints = 200

/** How much of the board is kept, in bytes of its JSON at the very most: a page has it twice, as a picture and to go on from. */
export const keptBytes = 48 << 10

const point = z.tuple([z.int().check(z.gte(0), z.lte(boardWidth)), z.int().check(z.gte(0), z.lte(boardHeight))])
const line = z.object({
  ink: z.enum(inks),
  width: z.literal(widths),
  points: z.array(point).check(z.minLength(1), z.maxLength(maxPoints)),
})
const name = z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(24)))

export type Point = z.infer<typeof point>
export type Ink = (typeof inks)[number]
export type Line = z.infer<typeof line>

/** A line on the board. Who drew it may take it back. */
export interface Stroke extends Line {
  readonly id: string
  /** Absent for who came without a secret; nobody can take that one back. */
  readonly by?: string | undefined
}

/** A board for everybody. What is drawn is a publication; what is being drawn, and where a pen is, is a signal. */
export const whiteboard = channel('whiteboard', {
  events: { stroke: line, undo: z.object({ stroke: z.string().check(z.maxLength(128)) }), clear: z.object({}) },
  signals: { pen: z.object({ name, at: point, line: z.optional(line) }) },
  requests: { me: { input: z.object({}), output: z.object({ by: z.optional(z.string()) }) } },
  state: {
    initial: (): readonly Stroke[] => [],
    on: {
      stroke: (strokes, { id, by, payload }) => withinBytes([...strokes, { id, ...(by && { by }), ...payload }]),
      // Others may have used the id too.
      undo: (strokes, { by, payload }) => strokes.filter((one) => one.id !== payload.stroke || one.by !== by),
      clear: () => [],
    },
  },
  history: { bytes: 1 << 18 },
})

/** As many of the newest as may be kept. */
function withinBytes(strokes: readonly Stroke[]): readonly Stroke[] {
  let bytes = 0
  const newestLeftOut = strokes.findLastIndex((one) => {
    bytes += mostBytesOf(one)
    return bytes > keptBytes
  })
  return strokes.slice(newestLeftOut + 1)
}

/** At most what the JSON of a stroke takes: `[1600,1000],` for a point, and the rest with the longest names. */
function mostBytesOf({ id, by = '', points }: Stroke): number {
  return 80 + 3 * (id.length + by.length) + 12 * points.length
}
