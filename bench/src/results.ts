/** The raw runs of each part, kept in bench/results/. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** The last full measurement of a part. */
export interface Result {
  /** On what it ran, and how quiet that was. */
  readonly machine: string
  readonly runs: readonly object[]
}

/** What is kept of a part, if it was measured. */
export function readResult(part: string): Result | undefined {
  const file = fileOf(part)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result) : undefined
}

/** Keeps a measurement instead of the last one of the part. */
export function keepResult(part: string, result: Result): void {
  writeFileSync(fileOf(part), `${JSON.stringify(result, undefined, 2)}\n`)
}

function fileOf(part: string): URL {
  return new URL(`../results/${part}.json`, import.meta.url)
}
