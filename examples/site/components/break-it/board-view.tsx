import type { PointerEvent } from 'react'
import { type Board, blank, columns, ofVisitor, rows } from '../../channels/board.ts'
import type { Arrival } from '../live/arrival.ts'
import styles from './break-it.module.css'

/** A board: each cell in the colour of how it arrived, and a mark where something is missing. */
export function BoardView({
  board,
  arrivalOf,
  holes,
  label,
  paint,
}: {
  board: Board
  arrivalOf: (offset: number) => Arrival
  holes: ReadonlySet<number>
  label: string
  paint: (cell: number) => void
}) {
  const paths = new Map<string, string>()
  for (const [cell, painted] of board.cells.entries()) {
    if (!painted) continue
    const [offset, colour] = painted
    // Few paths in place of many cells: the page is sent with all of them.
    const kind = `${arrivalOf(offset)} ${colour}`
    paths.set(kind, (paths.get(kind) ?? '') + (colour === ofVisitor ? diamond(cell) : square(cell, colour === blank)))
  }
  const choose = ({ currentTarget, clientX, clientY }: PointerEvent) => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect()
    const column = Math.min(columns - 1, Math.max(0, Math.floor(((clientX - left) / width) * columns)))
    const row = Math.min(rows - 1, Math.max(0, Math.floor(((clientY - top) / height) * rows)))
    paint(row * columns + column)
  }
  return (
    <svg
      className={styles.board}
      viewBox={`0 0 ${columns} ${rows}`}
      role="img"
      aria-label={label}
      onPointerDown={choose}
      data-board={board.cells.map((cell) => cell?.[1] ?? blank).join('')}
      data-spans={JSON.stringify(board.spans)}
    >
      {[...paths].sort().map(([kind, d]) => {
        const [arrival, colour] = kind.split(' ')
        return <path key={kind} d={d} data-arrival={arrival} data-colour={colour} />
      })}
      {holes.size > 0 && <path d={[...holes].map((cell) => square(cell, false)).join('')} data-hole={holes.size} />}
    </svg>
  )
}

function square(cell: number, isSmall: boolean): string {
  const [x, y] = [cell % columns, Math.floor(cell / columns)]
  return isSmall ? `M${x}.4 ${y}.4h.2v.2h-.2z` : `M${x}.06 ${y}.06h.88v.88h-.88z`
}

function diamond(cell: number): string {
  return `M${cell % columns}.5 ${Math.floor(cell / columns)}l.5 .5l-.5 .5l-.5-.5z`
}
