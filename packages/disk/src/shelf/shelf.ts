/**
 * Keys and values that outlive the process. A step goes to the journal, then counts; what has gathered goes to the store in one
 * batch, so that what changes often is written there seldom.
 *
 *     get ──▶ gathered ──▶ on its way to the store ──▶ the store
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ClassicLevel } from 'classic-level'
import { DamagedRecord, DamagedStore, StoreFailed } from '../damage/damage.ts'
import type { Changes } from '../journal/frame.ts'
import { Journal, type JournalFiles, journalNumbers, readJournal, type Sync } from '../journal/journal.ts'
import { assertLevelFiles } from './level-files.ts'

export interface ShelfOptions {
  readonly folder: string
  readonly sync: Sync
  readonly files: JournalFiles
}

// What is gathered is as long as the journal, which is read at the start. A batch of this much takes some milliseconds.
const gatheredBytes = 1 << 20
// The store does not keep up: who writes waits for it.
const mostGatheredBytes = 32 << 20
const firstKey = '!journal'

type Level = ClassicLevel<string, string>

export class Shelf {
  /** How many bytes at the end of the journal were no step. */
  readonly tornBytes: number
  readonly #level: Level
  readonly #journal: Journal
  #gathered = new Map<string, string | undefined>()
  #leaving: Changes = new Map()
  #moving: Promise<void> | undefined

  private constructor(level: Level, journal: Journal, tornBytes: number) {
    this.#level = level
    this.#journal = journal
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
      const shelf = new Shelf(level, new Journal(folder, number, sync, files), replay.tornBytes)
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
    if (this.#gathered.has(key)) return this.#gathered.get(key)
    if (this.#leaving.has(key)) return this.#leaving.get(key)
    const kept = this.#level.getSync(key)
    return kept === undefined ? undefined : checked(key, kept)
  }

  /** @throws {StoreFailed} if nobody knows whether it is kept. Then this shelf is of no use any more. */
  keep(changes: Changes): void {
    try {
      this.#journal.write(changes)
    } catch (cause) {
      throw new StoreFailed('the journal could not be written', { cause })
    }
    for (const [key, value] of changes) this.#gathered.set(key, value)
  }

  /** Whether so much has gathered that it should move. */
  get isDue(): boolean {
    return this.#journal.bytes >= gatheredBytes && this.#moving === undefined
  }

  /** Resolves once all that was kept outlives what it is to outlive; `undefined` if it does. */
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
    this.#journal.close()
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
    this.#leaving = this.#gathered
    this.#gathered = new Map()
    const batch = [...this.#leaving].map(([key, value]) =>
      value === undefined
        ? ({ type: 'del', key } as const)
        : ({ type: 'put', key, value: withChecksum(key, value) } as const),
    )
    const journal = { type: 'put', key: firstKey, value: withChecksum(firstKey, String(first)) } as const
    await this.#level.batch([...batch, journal], { sync: true })
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
  return crc32(value, crc32(key)).toString(16).padStart(8, '0')
}
