/**
 * Whether the stream has passed a moment. A mark is written into the server's log after the moment: everything that was
 * committed and to be seen by then stands before it. What the leader acknowledged stands before what it has not.
 *
 *   snapshot S ──▶ mark M, behind all that S sees ──▶ the slot was acknowledged beyond M: all that S sees is in the rings
 *
 * Each mark keeps a snapshot of its own, and answers for all that this one includes. So a reader whose link was cut comes back
 * to a mark that was passed meanwhile: with one of its own for each question, it would never get in while a feed is late.
 */
import { schema } from '../feed/schema.ts'
import type { Queryable } from '../ports/driver.ts'
import { type DatabaseSnapshot, includes, parseSnapshot } from '../snapshot/database-snapshot.ts'
import { readLsn } from './replication-frame.ts'

/** Marks that wait at once. Who comes then waits for one of them to be passed. */
const mostOpen = 8

interface Mark {
  readonly epoch: string
  /** Sees only what stands before the mark. */
  readonly behind: DatabaseSnapshot
  readonly place: bigint
}

export class PassingMarks {
  readonly #driver: Queryable
  /** Those that were not passed yet, the oldest first. */
  #open: readonly Mark[] = []
  /** The newest one that was passed. */
  #passed: Mark | undefined
  #writing: Promise<void> | undefined

  constructor(driver: Queryable) {
    this.#driver = driver
  }

  /**
   * What sees only what was fed; `undefined` if that is not known to be all that the snapshot sees. Ask again then.
   *
   * @param place What the leader acknowledged, as it was after the snapshot was taken or before.
   */
  async passed(seen: DatabaseSnapshot, epoch: string, place: bigint): Promise<DatabaseSnapshot | undefined> {
    this.#pass(epoch, place)
    if (this.#passed && includes(this.#passed.behind, seen)) return this.#passed.behind
    const waits = () => this.#open.some(({ behind }) => includes(behind, seen))
    if (waits() || this.#open.length >= mostOpen) return undefined
    // One that is being written may have begun too early.
    await this.#write()
    if (!waits()) await this.#write()
    return undefined
  }

  #pass(epoch: string, done: bigint): void {
    // In another life of the database, transactions and places have other numbers.
    const [open, passed] = [this.#open.filter((mark) => mark.epoch === epoch), this.#passed]
    this.#passed = open.findLast(({ place }) => place < done) ?? (passed?.epoch === epoch ? passed : undefined)
    this.#open = open.filter(({ place }) => place >= done)
  }

  /** Writes a mark; those who ask while one is written share it. */
  #write(): Promise<void> {
    this.#writing ??= this.#emit().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  /** In a transaction of its own: the commit brings the log to the disk, and what is on the disk is sent. */
  async #emit(): Promise<void> {
    // Not by one more statement: the snapshot of this one is older than what it writes.
    const [row] = await this.#driver.query<{ epoch: string; behind: string; place: string }>(
      `select epoch, pg_current_snapshot()::text as behind, pg_logical_emit_message(true, 'baro', '')::text as place from ${schema}.life`,
    )
    if (!row) throw new Error('The server wrote no mark.')
    this.#open = [...this.#open, { epoch: row.epoch, behind: parseSnapshot(row.behind), place: readLsn(row.place) }]
  }
}
