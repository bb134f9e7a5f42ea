'use client'

import type { Stroke } from '../../channels/whiteboard.ts'
import { boardHeight, boardWidth } from '../../channels/whiteboard.ts'
import button from '../frame/button.module.css'
import { speakerName } from '../room/speaker.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './whiteboard.module.css'

const listed = 20

/** The newest strokes in words, for who does not see the board; one's own can be taken back one by one. */
export function StrokeList({
  strokes,
  own,
  undo,
}: {
  strokes: readonly Stroke[]
  own: string | undefined
  undo: (stroke: string) => void
}) {
  const { whiteboard: says } = useWords('whiteboard')
  const { room } = useWords('room')
  return (
    <details className={styles.list}>
      <summary>{says.list(strokes.length)}</summary>
      <ol>
        {strokes
          .slice(-listed)
          .toReversed()
          .map(({ id, by, ink, points }) => {
            const isOwn = by !== undefined && by === own
            const who = isOwn ? room.you : speakerName({ by }, room)
            return (
              <li key={`${by} ${id}`}>
                {says.stroke(says.inks[ink], who, inPercent(points[0]), inPercent(points.at(-1)))}
                {isOwn && (
                  <button type="button" className={button.quiet} onClick={() => undo(id)}>
                    {says.undo}
                  </button>
                )}
              </li>
            )
          })}
      </ol>
    </details>
  )
}

/** How far from the left and from the top. */
function inPercent([x, y]: Stroke['points'][number] = [0, 0]): string {
  return `${Math.round((x / boardWidth) * 100)}, ${Math.round((y / boardHeight) * 100)}`
}
