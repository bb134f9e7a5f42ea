/**
 * Keys and values that outlive the process. A step goes to the journal, then whoever waits for it is told; what has gathered goes to
 * the store in one batch, so that what changes often is written there seldom.
 *
 *     get ──▶ gathered ──▶ on its way to the store ──▶ the store
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ClassicLevel } from 'classic-level'
import { DamagedRecord, DamagedStore } from '../damage/damage.ts'
import { type Changes, type Value, writtenValue } from '../journal/frame.ts'
import { Journal, journalNumbers, readJournal, type Sync } from '../journal/journal.ts'
import type { JournalFiles } from '../journal/journal-files.ts'
import { assertLevelFiles } from './level-files.ts'

export interface ShelfOptions {
  readonly folder: string
  readonly sync: Sync
  readonly files: JournalFiles
}

// What is gathered is as long as the journal, which is read at the start.
const gatheredBytes = 2 << 20
// A millisecond of work; in between, others have their turn. More if there is much: what gathers meanwhile must not be more each time.
const movedAtOnce = 256
const turnsOfMove = 16
// The store does not keep up: who writes waits for it.
const mostGatheredBytes = 16 << 20
const firstKey = '!journal'
const purgeKey = '!purge'

type Level = ClassicLevel<string, string>

export class Shelf {
  /** How many bytes at the end of the journal were no step. */
  readonly tornBytes: number
  readonly #level: Level
  readonly #journal: Journal
  readonly #soon: JournalFiles['soon']
  #gathered = new Map<string, Value | undefined>()
  #leaving: Changes = new Map()
  #moving: Promise<void> | undefined

  private constructor(level: Level, journal: Journal, soon: JournalFiles['soon'], tornBytes: number) {
    this.#level = level
    this.#journal = journal
    this.#soon = soon
    this.tornBytes = tornBytes
  }

  /**
   * Opens what is kept in a folder, which nobody else may have open.
   *
   * @throws {DamagedStore} if it is not what was written. Then nothing was changed.
   */
  static async open({ folder, sync, files }: ShelfOptions): Promise<Shelf> {
    const path = join(folder, 'store')
    mkdirSync(path, { recursive: true })
    assertLevelFiles(path)
    const level: Level = new ClassicLevel(path, { compression: false })
    try {
      await level.open()
    } catch (error) {
      throw new DamagedStore(`it cannot be opened (${String((error as Error).cause ?? error)})`)
    }
    try {
      const first = level.getSync(firstKey)
      const kept = first === undefined ? undefined : Number(checked(firstKey, first))
      // Without a store there is no journal that counts: its first file is begun before the store names it.
      const replay = kept === undefined ? { steps: [], tornBytes: 0 } : readJournal(folder, kept)
      const number = (journalNumbers(folder).at(-1) ?? 0) + 1
      const shelf = new Shelf(level, new Journal(folder, number, sync, files), files.soon, replay.tornBytes)
      for (const step of replay.steps) for (const [key, value] of step) shelf.#gathered.set(key, value)
      await shelf.#moveNow(number)
      return shelf
    } catch (error) {
      await level.close()
      throw error
    }
  }

  /** @throws {DamagedRecord} if what is kept under this key is damaged. */
  get(key: string): string | undefined {
    const from = this.#gathered.has(key) ? this.#gathered : this.#leaving.has(key) ? this.#leaving : undefined
    if (from) {
      const value = from.get(key)
      return value === undefined ? undefined : writtenValue(value)
    }
    const kept = this.#level.getSync(key)
    return kept === undefined ? undefined : checked(key, kept)
  }

  /** @throws {StoreFailed} if something could not be kept before. Then this shelf is of no use any more. */
  keep(changes: Changes): void {
    this.#journal.add(changes)
    for (const [key, value] of changes) this.#gathered.set(key, value)
  }

  /** Whether so much has gathered that it should move. */
  get isDue(): boolean {
    return this.#journal.bytes >= gatheredBytes && this.#moving === undefined
  }

  /** Resolves once all that was kept outlives what it is to outlive; `undefined` if it does. Rejects with {@link StoreFailed}. */
  durable(): Promise<void> | undefined {
    const durable = this.#journal.durable()
    if (this.#journal.bytes < mostGatheredBytes || !this.#moving) return durable
    return Promise.all([durable, this.#moving]).then(() => {})
  }

  /** Moves what has gathered to the store. */
  move(): Promise<void> {
    this.#moving ??= this.#moveGathered().finally(() => {
      this.#moving = undefined
    })
    return this.#moving
  }

  /** Takes note that something must not stay in old files: it outlives the process with the step before it. */
  wantPurge(): void {
    if (!this.wantsPurge) this.keep(new Map([[purgeKey, '1']]))
  }

  get wantsPurge(): boolean {
    return this.get(purgeKey) !== undefined
  }

  /**
   * Writes the files of the store anew, so that they hold nothing but what is kept now: the store leaves what was replaced
   * in its files for as long as nothing else needs writing there, which may be for ever.
   *
   * @param isDone Asked afterwards: whether nothing more is to leave.
   */
  async purge(isDone: () => boolean): Promise<void> {
    // One that is under way may have begun before the last step.
    await this.#moving
    await this.move()
    await this.#level.compactRange('', '\uffff')
    if (isDone()) this.keep(new Map([[purgeKey, undefined]]))
  }

  /** Keys that the store has, in order; what has gathered since the last move is not among them. */
  async keys(range: { readonly gt: string; readonly lt: string; readonly limit: number }): Promise<readonly string[]> {
    return this.#level.keys(range).all()
  }

  /** Everything under keys of this range, what has gathered left out. */
  async *entries(range: { readonly gt: string; readonly lt: string }): AsyncGenerator<readonly [string, string]> {
    for await (const [key, value] of this.#level.iterator(range)) yield [key, checked(key, value)]
  }

  /** Keeps everything in the store, and ends. */
  async close(): Promise<void> {
    await this.#moving
    if (this.#gathered.size > 0) await this.#moveGathered()
    await this.abandon()
  }

  /** Ends without a further write. */
  async abandon(): Promise<void> {
    await this.#moving?.catch(() => {})
    await this.#journal.end()
    await this.#level.close()
  }

  async #moveGathered(): Promise<void> {
    if (this.#gathered.size === 0) return
    // The disk must not have a newer step and lack an older one, whatever ends in between.
    await this.#journal.durable()
    this.#journal.rotate()
    await this.#moveNow(this.#journal.number)
  }

  async #moveNow(first: number): Promise<void> {
    const leaving = this.#gathered
    this.#leaving = leaving
    this.#gathered = new Map()
    const batch = this.#level.batch()
    const atOnce = Math.max(movedAtOnce, Math.ceil(leaving.size / turnsOfMove))
    let count = 0
    for (const [key, value] of leaving) {
      if (value === undefined) batch.del(key)
      else batch.put(key, withChecksum(key, writtenValue(value)))
      if (++count % atOnce === 0) await new Promise<void>((resolve) => this.#soon(resolve))
    }
    batch.put(firstKey, withChecksum(firstKey, String(first)))
    await batch.write({ sync: true })
    this.#leaving = new Map()
    this.#journal.forgetBefore(first)
  }
}

function withChecksum(key: string, value: string): string {
  return checksumOf(key, value) + value
}

function checked(key: string, kept: string): string {
  const value = kept.slice(8)
  if (kept.slice(0, 8) !== checksumOf(key, value)) throw new DamagedRecord(key)
  return value
}

function checksumOf(key: string, value: string): string {
  // One call for both: each takes as long as a hundred bytes of it.
  return crc32(key + value)
    .toString(16)
    .padStart(8, '0')
}
