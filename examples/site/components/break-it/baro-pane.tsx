'use client'

import { createWebSocketTransport } from '@baro/client/transports'
import { BaroProvider } from '@baro/react'
import { type ReactNode, type RefObject, useCallback, useEffect } from 'react'
import type { Board } from '../../channels/board.ts'
import { type Arrival, epochOf } from '../live/arrival.ts'
import { useArrivals } from '../live/use-arrivals.ts'
import { BoardView } from './board-view.tsx'
import { WebSocket, wake } from './network.ts'
import type { OldPage } from './old-page.ts'
import { useBaro } from './use-baro.ts'

/** What paints a cell, once there is one who can. */
export type Paint = (cell: number) => void

interface Props {
  readonly page: OldPage
  readonly label: string
  readonly shows: (reader: 'baro', board: Board) => void
  /** Where the reader leaves what paints. */
  readonly paint: RefObject<Paint>
}

// Where the hub of the demo is, and its network that can be cut. It tries again as often as the usual way.
const options = {
  url: '/break-it/baro',
  transport: createWebSocketTransport({ WebSocket }),
  wake,
  backoff: { maxMs: 1_000 },
}

/** The board as Baro shows it. */
export function BaroPane(props: Props): ReactNode {
  return (
    <BaroProvider options={options}>
      <LiveBoard {...props} />
    </BaroProvider>
  )
}

function LiveBoard({ page, label, shows, paint }: Props) {
  const { state, pending, position, handOver, publish } = useBaro(page.snapshot)
  const offsets = state.cells.flatMap((cell) => cell?.[0] ?? [])
  const { byOffset } = useArrivals(undefined, { epoch: epochOf(position), offsets, handOver })
  const isConfirmed = pending.length === 0
  useEffect(() => {
    // A stroke that is shown before the hub has it has no number yet.
    if (isConfirmed) shows('baro', state)
  }, [isConfirmed, state, shows])
  const put = useCallback<Paint>(
    // What is refused, because somebody paints too much, is not there: that says enough.
    (cell) => void publish('paint', { cell, colour: 2 }).catch(() => {}),
    [publish],
  )
  useEffect(() => {
    paint.current = put
  }, [paint, put])
  const arrivalOf = useCallback((offset: number): Arrival => byOffset.get(offset) ?? 'live', [byOffset])
  return <BoardView board={state} arrivalOf={arrivalOf} holes={none} label={label} paint={put} />
}

const none: ReadonlySet<number> = new Set()
