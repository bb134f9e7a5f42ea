/**
 * What is not in the store yet, in files that only grow. A step is written before anybody is told of it, so the end of the process
 * loses nothing: the pages are the system's. Under `sync: 'always'` it is on the disk as well.
 *
 *     write ──▶ the newest file ──▶ rotate: a new file ──▶ the store has what the older ones hold ──▶ forget them
 */
import { closeSync, fdatasync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DamagedStore } from '../damage/damage.ts'
import { type Changes, decodeFrames, encodeFrame } from './frame.ts'

/** When a step counts as kept: once it is the system's, or once the disk has it. */
export type Sync = 'os' | 'always'

/** How the journal writes: a test lets it fail. */
export interface JournalFiles {
  write(file: number, bytes: Uint8Array, offset: number): number
  sync(file: number, done: (error: Error | null) => void): void
}

export const journalFiles: JournalFiles = {
  write: (file, bytes, offset) => writeSync(file, bytes, offset),
  sync: fdatasync,
}

/** What a journal held when it was opened. */
export interface Replay {
  readonly steps: readonly Changes[]
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
  #isDirty = false
  #syncing: Promise<void> | undefined
  #next: Promise<void> | undefined

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

  /** @throws what the system says if it cannot be written; nobody knows then how much of it was. */
  write(changes: Changes): void {
    const frame = encodeFrame(changes, this.#number)
    // A write may take less than it was given, for example on a full disk.
    for (let at = 0; at < frame.length; ) at += this.#files.write(this.#file, frame, at)
    this.#bytes += frame.length
    this.#isDirty = true
  }

  /** Resolves once all that was written is kept; `undefined` if it is. */
  durable(): Promise<void> | undefined {
    if (this.#sync === 'os') return undefined
    if (!this.#isDirty) return this.#syncing
    // Whoever writes while a sync is under way waits for the next one: one for all of them.
    this.#next ??= (this.#syncing ?? Promise.resolve()).then(() => this.#syncAll())
    return this.#next
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

  close(): void {
    this.#older.push(this.#file)
    this.#closeOlder()
  }

  async #syncAll(): Promise<void> {
    const older = this.#older.splice(0)
    this.#syncing = this.#next
    this.#next = undefined
    this.#isDirty = false
    try {
      for (const file of [...older, this.#file]) await this.#syncOne(file)
    } finally {
      for (const file of older) closeSync(file)
      if (!this.#next) this.#syncing = undefined
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
  const steps: Changes[] = []
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
