import { type Board, isIn, newestOf } from '../../channels/board.ts'

/** A line of the publisher's log: what it has published, and under which number. */
export type LogEntry = readonly [offset: number, cell: number, colour: number]

/** What the publisher has written down. */
export interface PublisherLog {
  /** Which life of the publisher it is of: another one has another log. */
  readonly life: string
  /** Number of its last entry; 0 if there is none. */
  readonly head: number
  /** Those that were asked for, in order. */
  readonly entries: readonly LogEntry[]
}

/** What became of one reader, counted against the publisher's log. */
export interface Verdict {
  /** How many publications of the time away it has got after all. */
  readonly caughtUp: number
  /** How many it never got, up to the newest that it has. */
  readonly lost: number
}

/** A reader that came back: what both readers had before they were away, and where the log stood at the return. */
export interface Absence {
  readonly from: number
  readonly backAt: number
}

/** Counts what became of a reader that was away. */
export function verdictOf({ entries }: PublisherLog, { from, backAt }: Absence, board: Board): Verdict {
  const newest = newestOf(board)
  const due = entries.filter(([offset]) => offset > from && offset <= newest)
  return {
    caughtUp: due.filter(([offset]) => offset <= backAt && isIn(board, offset)).length,
    lost: due.filter(([offset]) => !isIn(board, offset)).length,
  }
}

/** The cells that a lost publication should have painted, and nothing since has. */
export function holesOf({ entries }: PublisherLog, board: Board): ReadonlySet<number> {
  const newest = newestOf(board)
  const holes = entries.filter(
    ([offset, cell]) => offset <= newest && !isIn(board, offset) && (board.cells[cell]?.[0] ?? 0) < offset,
  )
  return new Set(holes.map(([, cell]) => cell))
}
