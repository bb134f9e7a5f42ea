/**
 * Whether the stream has passed a moment. A mark is written into the server's log after the moment: everything that was
 * committed and to be seen by then stands before it. What the leader acknowledged stands before what it has not.
 *
 *   snapshot S ──▶ mark M, behind all that S sees ──▶ the slot was acknowledged beyond M: all that S sees is in the rings
 */
import { slotOf } from '../feed/slot-name.ts'
import type { Queryable } from '../ports/driver.ts'
import type { DatabaseSnapshot } from '../snapshot/database-snapshot.ts'

export class PassingMarks {
  readonly #driver: Queryable
  /** The mark behind each snapshot that somebody waits for. */
  readonly #marks = new WeakMap<DatabaseSnapshot, Promise<string>>()
  #writing: Promise<string> | undefined
  #next: Promise<string> | undefined

  constructor(driver: Queryable) {
    this.#driver = driver
  }

  /** Whether everything that the snapshot sees was fed. The same snapshot may be asked for again and again. */
  async hasPassed(feed: string, seen: DatabaseSnapshot): Promise<boolean> {
    let mark = this.#marks.get(seen)
    if (!mark) {
      mark = this.#write()
      this.#marks.set(seen, mark)
      mark.catch(() => this.#marks.delete(seen))
    }
    const [row] = await this.#driver.query<{ passed: boolean }>(
      'select confirmed_flush_lsn > $2::text::pg_lsn as passed from pg_replication_slots where slot_name = $1',
      [slotOf(feed), await mark],
    )
    return row?.passed === true
  }

  /** Writes a mark from now on. Those who ask while one is written share the next. */
  #write(): Promise<string> {
    if (!this.#writing) {
      this.#writing = this.#emit().finally(() => {
        this.#writing = undefined
      })
      return this.#writing
    }
    this.#next ??= this.#writing
      .catch(() => '')
      .then(() => {
        this.#next = undefined
        return this.#write()
      })
    return this.#next
  }

  /** In a transaction of its own: the commit brings the log to the disk, and what is on the disk is sent. */
  async #emit(): Promise<string> {
    const [row] = await this.#driver.query<{ place: string }>(
      "select pg_logical_emit_message(true, 'baro', '')::text as place",
    )
    if (!row) throw new Error('The server wrote no mark.')
    return row.place
  }
}
