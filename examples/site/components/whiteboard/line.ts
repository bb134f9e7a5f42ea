import { boardHeight, boardWidth, maxPoints, type Point } from '../../channels/whiteboard.ts'

/** What is nearer to the last point than this, in units of the board, is left out of a line. */
const nearest = 5

/** The nearest point of the board. */
export function onBoard(x: number, y: number): Point {
  return [bounded(x, boardWidth), bounded(y, boardHeight)]
}

/** A line that goes on to a point; the same line if that is where it is. */
export function extended(line: readonly Point[], to: Point): readonly Point[] {
  const last = line.at(-1)
  return last && Math.hypot(to[0] - last[0], to[1] - last[1]) < nearest ? line : [...line, to]
}

/** Whether a line is as long as a stroke may be: what follows is another one, from its end. */
export function isFull(line: readonly Point[]): boolean {
  return line.length >= maxPoints
}

/** The path of a line, for SVG and for a canvas. A point is a line to itself: round ends make it a dot. */
export function pathOf(points: readonly Point[]): string {
  const [first = [0, 0], ...rest] = points
  return `M${first.join(' ')}L${(rest.length > 0 ? rest : [first]).flat().join(' ')}`
}

function bounded(value: number, most: number): number {
  return Math.min(most, Math.max(0, Math.round(value)))
}
