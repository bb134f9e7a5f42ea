/**
 * Whether the files of a LevelDB store are what was written. LevelDB opens a damaged store: it leaves out what it cannot read, and
 * does not look at the checksums of what it reads. So they are looked at before it is opened, all of them.
 *
 *     CURRENT ──▶ MANIFEST, a log of edits ──▶ which tables and which write-ahead logs count
 *     log:    blocks of 32 KiB, of records with a checksum each
 *     table:  blocks with a checksum each, one after the other ──▶ an index of them ──▶ footer
 *
 * The formats: https://github.com/google/leveldb/tree/main/doc
 */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { DamagedStore } from '../damage/damage.ts'
import { maskedCrc32c } from './crc32c.ts'

const blockBytes = 32_768
const headerBytes = 7
const footerBytes = 48
const trailerBytes = 5
const magic = 0xdb4775248b80fb57n

/**
 * @throws {DamagedStore} that names the file, if something is missing or not what was written. A store that was never opened is right.
 */
export function assertLevelFiles(folder: string): void {
  if (!existsSync(folder)) return
  const names = readdirSync(folder).filter((name) => /^(MANIFEST-\d+|\d+\.(ldb|sst|log))$/.test(name))
  const current = join(folder, 'CURRENT')
  if (!existsSync(current)) {
    if (names.length > 0) throw new DamagedStore(`${current} is missing`)
    return
  }
  const manifest = /^(MANIFEST-\d+)\n$/.exec(readFileSync(current, 'latin1'))?.[1]
  if (manifest === undefined || !names.includes(manifest)) throw new DamagedStore(`${current} names no manifest`)
  const live = liveFiles(join(folder, manifest))
  const room = new ReadingRoom()
  for (const [number, bytes] of live.tables) {
    const name = [`${padded(number)}.ldb`, `${padded(number)}.sst`].find((one) => names.includes(one))
    if (name === undefined) throw new DamagedStore(`${join(folder, `${padded(number)}.ldb`)} is missing`)
    assertTable(join(folder, name), bytes, room)
  }
  if (live.log > 0 && !names.includes(`${padded(live.log)}.log`))
    throw new DamagedStore(`${join(folder, `${padded(live.log)}.log`)} is missing`)
  for (const name of names)
    if (name.endsWith('.log') && Number.parseInt(name, 10) >= live.log) readLog(join(folder, name))
}

function padded(number: number): string {
  return String(number).padStart(6, '0')
}

interface LiveFiles {
  /** By their numbers: how long they are. */
  readonly tables: ReadonlyMap<number, number>
  /** The number of the oldest log that counts; 0 if none was named. */
  readonly log: number
}

function liveFiles(path: string): LiveFiles {
  const tables = new Map<number, number>()
  let log = 0
  for (const edit of readLog(path)) {
    const fields = new Fields(edit, path)
    while (!fields.isAtEnd) {
      const tag = fields.number()
      if (tag === 1) fields.bytes()
      else if (tag === 2) log = fields.number()
      else if (tag === 3 || tag === 4 || tag === 9) fields.number()
      else if (tag === 5) {
        fields.number()
        fields.bytes()
      } else if (tag === 6) {
        fields.number()
        tables.delete(fields.number())
      } else if (tag === 7) {
        fields.number()
        tables.set(fields.number(), fields.number())
        fields.bytes()
        fields.bytes()
      } else throw new DamagedStore(`${path} is damaged`)
    }
  }
  return { tables, log }
}

/** The records of a log. The last one may be unfinished: the process ended while it was written. */
function readLog(path: string): readonly Buffer[] {
  const file = readFileSync(path)
  const records: Buffer[] = []
  let parts: Buffer[] = []
  for (let at = 0; at + headerBytes <= file.length; ) {
    const left = blockBytes - (at % blockBytes)
    if (left < headerBytes) {
      at += left
      continue
    }
    const [length, kind] = [file.readUInt16LE(at + 4), file[at + 6]]
    const end = at + headerBytes + length
    if (end > file.length) break
    if (kind === undefined || kind < 1 || kind > 4 || file.readUInt32LE(at) !== maskedCrc32c(file, at + 6, end))
      throw new DamagedStore(`${path} is damaged at byte ${at}`)
    parts.push(file.subarray(at + headerBytes, end))
    if (kind === 1 || kind === 4) {
      records.push(Buffer.concat(parts))
      parts = []
    }
    at = end
  }
  return records
}

/** Where one file after the other is read to: with memory of its own each, a large store would take as much as it has. */
class ReadingRoom {
  #memory: Buffer = Buffer.alloc(4 << 20)

  /** What a file holds, until the next one is read. */
  read(path: string): Buffer {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      if (size > this.#memory.length) this.#memory = Buffer.alloc(size)
      let end = 0
      for (let read = -1; read !== 0 && end < size; end += read)
        read = readSync(file, this.#memory, end, size - end, end)
      return this.#memory.subarray(0, end)
    } finally {
      closeSync(file)
    }
  }
}

function assertTable(path: string, bytes: number, room: ReadingRoom): void {
  const file = room.read(path)
  const damaged = (at: number) => new DamagedStore(`${path} is damaged at byte ${at}`)
  if (file.length !== bytes || bytes < footerBytes)
    throw new DamagedStore(`${path} has ${file.length} of ${bytes} bytes`)
  if (file.readBigUInt64LE(bytes - 8) !== magic) throw damaged(bytes - 8)
  const footer = new Fields(file.subarray(bytes - footerBytes, bytes - 8), path)
  // The blocks fill the file, so each byte of it is looked at.
  let checked = footerBytes
  const block = (): Buffer => {
    const [begin, length] = [footer.number(), footer.number()]
    return check(begin, length)
  }
  const check = (begin: number, length: number): Buffer => {
    const end = begin + length
    if (end + trailerBytes > bytes - footerBytes || file.readUInt32LE(end + 1) !== maskedCrc32c(file, begin, end + 1))
      throw damaged(begin)
    // A compressed block is nothing that this package writes.
    if (file[end] !== 0) throw damaged(end)
    checked += length + trailerBytes
    return file.subarray(begin, end)
  }
  for (const inner of [block(), block()])
    for (const handle of valuesIn(inner, path)) {
      const fields = new Fields(handle, path)
      check(fields.number(), fields.number())
    }
  if (checked !== bytes) throw damaged(0)
}

/** The values of a block. */
function valuesIn(block: Buffer, path: string): readonly Buffer[] {
  const restarts = block.readUInt32LE(block.length - 4)
  const fields = new Fields(block.subarray(0, block.length - 4 * (restarts + 1)), path)
  const values: Buffer[] = []
  while (!fields.isAtEnd) {
    fields.number()
    const [key, value] = [fields.number(), fields.number()]
    fields.skip(key)
    values.push(fields.take(value))
  }
  return values
}

/** Reads what LevelDB writes into records: numbers of 7 bits a byte, and bytes behind their length. */
class Fields {
  readonly #bytes: Buffer
  readonly #path: string
  #at = 0

  constructor(bytes: Buffer, path: string) {
    this.#bytes = bytes
    this.#path = path
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(): number {
    let number = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new DamagedStore(`${this.#path} is damaged`)
      number += (byte & 127) * factor
      if (byte < 128) return number
    }
  }

  bytes(): Buffer {
    return this.take(this.number())
  }

  take(length: number): Buffer {
    this.skip(length)
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  skip(length: number): void {
    this.#at += length
    if (this.#at > this.#bytes.length) throw new DamagedStore(`${this.#path} is damaged`)
  }
}
