'use client'

import { type RefObject, useEffect } from 'react'
import { type Board, newestOf } from '../../channels/board.ts'
import type { Paint } from './baro-pane.tsx'
import { BoardView } from './board-view.tsx'
import type { OldPage } from './old-page.ts'
import { useUsual } from './use-usual.ts'

/** The board as the usual way shows it. */
export function UsualPane({
  page,
  label,
  holes,
  shows,
  paint,
}: {
  page: OldPage
  label: string
  holes: ReadonlySet<number>
  shows: (reader: 'usual', board: Board) => void
  paint: RefObject<Paint>
}) {
  const state = useUsual(page.snapshot.value)
  useEffect(() => shows('usual', state), [state, shows])
  const ofPage = newestOf(page.snapshot.value)
  return (
    <BoardView
      board={state}
      arrivalOf={(offset) => (offset <= ofPage ? 'page' : 'live')}
      holes={holes}
      label={label}
      paint={(cell) => paint.current(cell)}
    />
  )
}
