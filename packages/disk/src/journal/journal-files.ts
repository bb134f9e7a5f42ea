import { fdatasync, writeSync } from 'node:fs'

/** How a journal writes, and when: a test lets it fail, and sees the order. */
export interface JournalFiles {
  /** Returns how many bytes were written, from this one on: a full disk takes less than it is given. */
  write(file: number, bytes: Uint8Array, offset: number): number
  sync(file: number, done: (error: Error | null) => void): void
  /** Runs once, after the current turn of the event loop: one write is for all that the turn kept. */
  soon(run: () => void): void
}

/** The files of the machine. */
export const journalFiles: JournalFiles = {
  write: (file, bytes, offset) => writeSync(file, bytes, offset),
  sync: fdatasync,
  soon: setImmediate,
}
