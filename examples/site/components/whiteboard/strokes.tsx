import { memo } from 'react'
import type { Line, Stroke } from '../../channels/whiteboard.ts'
import { pathOf } from './line.ts'
import styles from './whiteboard.module.css'

/** All that was drawn, oldest first. It stays as it is while somebody draws. */
export const Strokes = memo(({ strokes }: { strokes: readonly Stroke[] }) =>
  strokes.map((one) => <LinePath key={`${one.by} ${one.id}`} line={one} id={one.id} />),
)
Strokes.displayName = 'Strokes'

/** A line in an SVG. */
export function LinePath({ line: { ink, width, points }, id }: { line: Line; id?: string }) {
  return <path className={styles.stroke} data-stroke={id} data-ink={ink} strokeWidth={width} d={pathOf(points)} />
}
