/**
 * Cuts the changes of one round into pieces, for each table by itself. A successor that repeats the round cuts in the same
 * places, whatever it knows of other tables: the cursor of a ring counts its pieces.
 *
 *   change ──▶ held back: is it the last of its transaction? ──▶ the open piece ── full ──▶ cut
 */
import type { LoggedChange } from '../ring/ring-entry.ts'
import type { TableChange } from './table-change.ts'

/** A piece is cut when it has so many rows or bytes. Whoever changes these changes the version of the schema. */
const full = { rows: 5_000, bytes: 256 << 10 } as const

/** A change with the end of its id, which is its place in its transaction. */
export interface PieceChange extends LoggedChange {
  readonly place: number
}

export interface Piece {
  readonly table: string
  /** From 1, for each table. */
  readonly number: number
  readonly changes: readonly PieceChange[]
}

interface OpenPiece {
  held: { readonly change: Omit<PieceChange, 'isLast'>; readonly bytes: number } | undefined
  changes: PieceChange[]
  bytes: number
  cut: number
}

export class RoundPieces {
  readonly #open = new Map<string, OpenPiece>()
  /** Tables with a change that is held back. */
  readonly #holding = new Set<OpenPiece>()
  #cut: Piece[] = []
  #place = 0
  /** Of all changes that were pushed. */
  bytes = 0

  push(table: string, xid: bigint, change: TableChange, bytes: number): void {
    let open = this.#open.get(table)
    if (!open) {
      open = { held: undefined, changes: [], bytes: 0, cut: 0 }
      this.#open.set(table, open)
    }
    this.#release(table, open, false)
    open.held = { change: { ...change, xid, place: ++this.#place }, bytes }
    this.#holding.add(open)
    this.bytes += bytes
  }

  /** The transaction is over. */
  commit(): void {
    if (this.#holding.size > 0) for (const [table, open] of this.#open) this.#release(table, open, true)
    this.#holding.clear()
    this.#place = 0
  }

  /** The pieces that are full, once each. */
  takeFull(): readonly Piece[] {
    if (this.#cut.length === 0) return []
    const cut = this.#cut
    this.#cut = []
    return cut
  }

  /** The round is over: all that is left, once. */
  takeAll(): readonly Piece[] {
    for (const [table, open] of this.#open) if (open.changes.length > 0) this.#close(table, open)
    return this.takeFull()
  }

  #release(table: string, open: OpenPiece, isLast: boolean): void {
    if (!open.held) return
    const { change, bytes } = open.held
    open.held = undefined
    open.changes.push({ ...change, isLast })
    open.bytes += bytes
    if (open.bytes >= full.bytes || open.changes.length >= full.rows) this.#close(table, open)
  }

  #close(table: string, open: OpenPiece): void {
    this.#cut.push({ table, number: ++open.cut, changes: open.changes })
    open.changes = []
    open.bytes = 0
  }
}
