import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { board } from '../../channels/board.ts'

/** The board by Baro: it goes on from the page. */
export function useBaro(page: SnapshotOf<typeof board>) {
  return useChannel(board, page)
}
