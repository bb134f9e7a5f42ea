/**
 * What the steps of one write changed, as it stands in the journal: all of it or nothing.
 *
 *     CHECKSUM LENGTH ⏎      crc32 of the text, and its bytes, 8 hexadecimal digits each
 *     KEY ⇥ VALUE ⏎          kept
 *     KEY ⏎                  gone
 *
 * Neither keys nor values may hold line feeds or tabs; JSON escapes them.
 */
import { crc32 } from 'node:zlib'

/** A value as text, or how to write it: what changes with each step is written once for all steps of a write. */
export type Value = string | (() => string)

/** Keys with their new values; `undefined` where a key is gone. */
export type Changes = ReadonlyMap<string, Value | undefined>

/** The frames at the beginning of a file, and what follows them. */
export interface Frames {
  readonly frames: readonly ReadonlyMap<string, string | undefined>[]
  /** How many bytes they take. */
  readonly end: number
  /**
   * - `nothing`: the file ends there.
   * - `torn`: no frame begins behind it, so it is the last write, which was not finished, or the end is damaged.
   * - `damaged`: frames stand behind it, so something in the middle is lost.
   */
  readonly rest: 'nothing' | 'torn' | 'damaged'
}

const headerBytes = 18

export function writtenValue(value: Value): string {
  return typeof value === 'string' ? value : value()
}

/** @param seed Of its file, so that a frame of another file is not taken for one of this. */
export function encodeFrame(changes: Changes, seed: number): Buffer {
  let text = ''
  for (const [key, value] of changes) text += value === undefined ? `${key}\n` : `${key}\t${writtenValue(value)}\n`
  const length = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame.write(text, headerBytes)
  frame.write(`${hex(crc32(frame.subarray(headerBytes), seed))} ${hex(length)}\n`, 0, 'latin1')
  return frame
}

export function decodeFrames(file: Buffer, seed: number): Frames {
  const frames: ReadonlyMap<string, string | undefined>[] = []
  let end = 0
  for (let text = textAt(file, end, seed); text; text = textAt(file, end, seed)) {
    frames.push(changesIn(text.toString()))
    end += headerBytes + text.length
  }
  return { frames, end, rest: end === file.length ? 'nothing' : hasFrameAfter(file, end, seed) ? 'damaged' : 'torn' }
}

function textAt(file: Buffer, at: number, seed: number): Buffer | undefined {
  const header = /^([0-9a-f]{8}) ([0-9a-f]{8})\n$/.exec(file.toString('latin1', at, at + headerBytes))
  if (!header) return undefined
  const begin = at + headerBytes
  const text = file.subarray(begin, begin + Number.parseInt(header[2] ?? '', 16))
  return hex(crc32(text, seed)) === header[1] && begin + text.length <= file.length ? text : undefined
}

function hasFrameAfter(file: Buffer, at: number, seed: number): boolean {
  const rest = file.toString('latin1', at + 1)
  for (const { index } of rest.matchAll(/[0-9a-f]{8} [0-9a-f]{8}\n/g))
    if (textAt(file, at + 1 + index, seed)) return true
  return false
}

function changesIn(text: string): ReadonlyMap<string, string | undefined> {
  const changes = new Map<string, string | undefined>()
  for (const line of text.slice(0, -1).split('\n')) {
    const tab = line.indexOf('\t')
    if (tab < 0) changes.set(line, undefined)
    else changes.set(line.slice(0, tab), line.slice(tab + 1))
  }
  return changes
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0')
}
