/**
 * What is not in the store yet, in files that only grow. Nobody is told of a step before it is written, so the end of the process
 * loses nothing: the pages are the system's. Under `sync: 'always'` it is on the disk as well. Steps gather: one write, and one sync,
 * are for all that came meanwhile.
 *
 *     add ──▶ gathered ──▶ the turn of the event loop ends, and no sync is under way ──▶ write ──▶ sync ──▶ durable
 *     the newest file ──▶ rotate: a new file ──▶ the store has what the older ones hold ──▶ forget them
 */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DamagedStore, StoreFailed } from '../damage/damage.ts'
import { type Changes, decodeFrames, encodeFrame, type Value } from './frame.ts'
import type { JournalFiles } from './journal-files.ts'

/** When a step counts as kept: once it is the system's, or once the disk has it. */
export type Sync = 'os' | 'always'

/** What a journal held when it was opened. */
export interface Replay {
  readonly steps: readonly ReadonlyMap<string, string | undefined>[]
  /** How many bytes at its end were no step: a write that was not finished, or damage. */
  readonly tornBytes: number
}

export class Journal {
  readonly #folder: string
  readonly #sync: Sync
  readonly #files: JournalFiles
  #number: number
  #file: number
  #bytes = 0
  /** Older files that hold steps the disk may not have yet. */
  readonly #older: number[] = []
  #gathered = new Map<string, Value | undefined>()
  /** The write that is under way, and the one for what has gathered since. */
  #writing: Promise<void> | undefined
  #next: Promise<void> | undefined
  #failure: StoreFailed | undefined

  /** Begins a new file. */
  constructor(folder: string, number: number, sync: Sync, files: JournalFiles) {
    this.#folder = folder
    this.#sync = sync
    this.#files = files
    this.#number = number
    this.#file = this.#begin()
  }

  /** How many bytes the newest file has. */
  get bytes(): number {
    return this.#bytes
  }

  /** The number of the newest file. */
  get number(): number {
    return this.#number
  }

  /**
   * Keeps all of these changes, or none.
   *
   * @throws {StoreFailed} if it could not be written before: nobody knows what stands in it then.
   */
  add(changes: Changes): void {
    if (this.#failure) throw this.#failure
    for (const [key, value] of changes) this.#gathered.set(key, value)
    this.#next ??= this.#writeNext()
  }

  /** Resolves once all that was added is kept; `undefined` if it is. Rejects with {@link StoreFailed}. */
  durable(): Promise<void> | undefined {
    return this.#next ?? this.#writing
  }

  /** Begins a new file; what follows goes there. */
  rotate(): void {
    this.#older.push(this.#file)
    this.#number++
    this.#file = this.#begin()
    this.#bytes = 0
    if (this.#sync === 'os') this.#closeOlder()
  }

  /** Forgets the files before this number. */
  forgetBefore(number: number): void {
    for (const known of journalNumbers(this.#folder)) if (known < number) rmSync(pathOf(this.#folder, known))
  }

  /** Ends without a further write. */
  async end(): Promise<void> {
    this.#failure ??= new StoreFailed('the journal has ended')
    // A sync that is under way needs its file.
    await this.durable()?.catch(() => {})
    this.#older.push(this.#file)
    this.#closeOlder()
  }

  #writeNext(): Promise<void> {
    const before = this.#writing ?? new Promise<void>((resolve) => this.#files.soon(resolve))
    const next = before.then(() => this.#writeGathered())
    // Whoever waits is told, and so is whoever comes later.
    next.catch(() => {})
    return next
  }

  async #writeGathered(): Promise<void> {
    const writing = this.#next
    this.#writing = writing
    this.#next = undefined
    try {
      if (this.#failure) throw this.#failure
      this.#write()
      if (this.#sync === 'always') await this.#syncAll()
    } catch (cause) {
      this.#failure ??= new StoreFailed('the journal could not be written', { cause })
      throw this.#failure
    } finally {
      if (this.#writing === writing) this.#writing = undefined
    }
  }

  #write(): void {
    const frame = encodeFrame(this.#gathered, this.#number)
    this.#gathered = new Map()
    for (let at = 0; at < frame.length; ) at += this.#files.write(this.#file, frame, at)
    this.#bytes += frame.length
  }

  async #syncAll(): Promise<void> {
    const older = this.#older.splice(0)
    try {
      for (const file of [...older, this.#file]) await this.#syncOne(file)
    } finally {
      for (const file of older) closeSync(file)
    }
  }

  #syncOne(file: number): Promise<void> {
    return new Promise((resolve, reject) => this.#files.sync(file, (error) => (error ? reject(error) : resolve())))
  }

  #closeOlder(): void {
    for (const file of this.#older.splice(0)) closeSync(file)
  }

  #begin(): number {
    const file = openSync(pathOf(this.#folder, this.#number), 'wx')
    if (this.#sync === 'always') syncFolder(this.#folder)
    return file
  }
}

/**
 * Reads the journal from this file on.
 *
 * @throws {DamagedStore} if a file is missing, or something in the middle is damaged.
 */
export function readJournal(folder: string, first: number): Replay & { readonly last: number } {
  const numbers = journalNumbers(folder)
  const last = numbers.at(-1) ?? 0
  const steps: ReadonlyMap<string, string | undefined>[] = []
  let tornBytes = 0
  for (let number = first; number <= last || number === first; number++) {
    if (!numbers.includes(number)) throw new DamagedStore(`${pathOf(folder, number)} is missing`)
    const file = readFileSync(pathOf(folder, number))
    const { frames, end, rest } = decodeFrames(file, number)
    if (rest === 'damaged' || (rest === 'torn' && number < last && holdsAfter(folder, number, numbers)))
      throw new DamagedStore(`${pathOf(folder, number)} is damaged at byte ${end}`)
    for (const frame of frames) steps.push(frame)
    tornBytes += file.length - end
  }
  return { steps, tornBytes, last }
}

/** Whether a file after this one holds a step, so that one before it is missing in the middle. */
function holdsAfter(folder: string, number: number, numbers: readonly number[]): boolean {
  return numbers
    .filter((later) => later > number)
    .some((later) => decodeFrames(readFileSync(pathOf(folder, later)), later).frames.length > 0)
}

/** The numbers of the files of a journal, in order. */
export function journalNumbers(folder: string): readonly number[] {
  return readdirSync(folder)
    .flatMap((name) => /^journal-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

function pathOf(folder: string, number: number): string {
  return join(folder, `journal-${String(number).padStart(8, '0')}`)
}

function syncFolder(folder: string): void {
  // Windows has no such thing, and does not need it.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
