/**
 * The messages of PostgreSQL's `pgoutput` plugin, protocol version 1, from bytes (PostgreSQL manual §54.9). It keeps nothing:
 * what a relation number means is for who reads the messages.
 */

/** A value that the server did not send, because the update left it as it was (TOAST). It is never `null`. */
export const unchanged: unique symbol = Symbol('unchanged')

/** The values of a row in the order of its columns, each as text. */
export type Tuple = readonly (string | null | typeof unchanged)[]

/** What a relation is, from here on. It comes before its first change, and again after each `ALTER TABLE`. */
export interface RelationMessage {
  readonly kind: 'relation'
  readonly relation: number
  readonly schema: string
  readonly name: string
  /** `f` is FULL: then each change tells the whole row that was. */
  readonly identity: string
  readonly columns: readonly string[]
  /** The number of the type of each column, as `pg_type` has it. */
  readonly types: readonly number[]
}

export type PgoutputMessage =
  /** `commit` is the place of the commit in the log, `xid` the transaction in 32 bits. */
  | { readonly kind: 'begin'; readonly commit: bigint; readonly xid: number }
  | { readonly kind: 'commit'; readonly commit: bigint; readonly end: bigint }
  | RelationMessage
  | { readonly kind: 'insert'; readonly relation: number; readonly new: Tuple }
  /** Without `old` the key did not change, and the relation does not tell more. */
  | {
      readonly kind: 'update'
      readonly relation: number
      readonly old?: Tuple
      readonly isOldWhole: boolean
      readonly new: Tuple
    }
  | { readonly kind: 'delete'; readonly relation: number; readonly old: Tuple; readonly isOldWhole: boolean }
  | { readonly kind: 'truncate'; readonly relations: readonly number[] }
  /** What `pg_logical_emit_message` wrote. */
  | { readonly kind: 'message'; readonly prefix: string; readonly content: string }
  /** Origins and types, which nothing here depends on. */
  | { readonly kind: 'other' }

/** Where reading stands. */
interface Reader {
  readonly bytes: Buffer
  at: number
}

/**
 * Reads one message.
 *
 * @param from Where it begins. It goes on to the end of the bytes.
 * @throws {RangeError} if the bytes end before the message does.
 * @throws {SyntaxError} if they are no message of version 1.
 */
export function decodePgoutput(bytes: Buffer, from = 0): PgoutputMessage {
  const reader = { bytes, at: from + 1 }
  const kind = bytes[from]
  switch (kind) {
    case 0x49: // I
      return { kind: 'insert', relation: insertHead(reader), new: readTuple(reader) }
    case 0x55: // U
      return readUpdate(reader)
    case 0x44: // D
      return readDelete(reader)
    case 0x42: // B
      return { kind: 'begin', commit: bytes.readBigUInt64BE(from + 1), xid: bytes.readUInt32BE(from + 17) }
    case 0x43: // C
      return { kind: 'commit', commit: bytes.readBigUInt64BE(from + 2), end: bytes.readBigUInt64BE(from + 10) }
    case 0x52: // R
      return readRelation(reader)
    case 0x54: // T
      return readTruncate(reader)
    case 0x4d: // M
      return readMessage(reader)
    case 0x4f: // O
    case 0x59: // Y
      return { kind: 'other' }
    default:
      throw new SyntaxError(`The server sent a message of kind ${kind}, which pgoutput version 1 does not have.`)
  }
}

function insertHead(reader: Reader): number {
  const relation = readInt32(reader)
  expectMark(reader, 'N')
  return relation
}

function readUpdate(reader: Reader): PgoutputMessage {
  const relation = readInt32(reader)
  const mark = readMark(reader)
  if (mark === 'N') return { kind: 'update', relation, isOldWhole: false, new: readTuple(reader) }
  if (mark !== 'K' && mark !== 'O') throw new SyntaxError(`An update has a part ${JSON.stringify(mark)}.`)
  const old = readTuple(reader)
  expectMark(reader, 'N')
  return { kind: 'update', relation, old, isOldWhole: mark === 'O', new: readTuple(reader) }
}

function readDelete(reader: Reader): PgoutputMessage {
  const relation = readInt32(reader)
  const mark = readMark(reader)
  if (mark !== 'K' && mark !== 'O') throw new SyntaxError(`A delete has a part ${JSON.stringify(mark)}.`)
  return { kind: 'delete', relation, old: readTuple(reader), isOldWhole: mark === 'O' }
}

function readRelation(reader: Reader): RelationMessage {
  const relation = readInt32(reader)
  // `pg_catalog` is spelled as nothing.
  const schema = readText(reader) || 'pg_catalog'
  const name = readText(reader)
  const identity = readMark(reader)
  const count = readInt16(reader)
  const columns: string[] = []
  const types: number[] = []
  for (let column = 0; column < count; column++) {
    reader.at++
    columns.push(readText(reader))
    types.push(readInt32(reader))
    reader.at += 4
  }
  return { kind: 'relation', relation, schema, name, identity, columns, types }
}

function readTruncate(reader: Reader): PgoutputMessage {
  const count = readInt32(reader)
  reader.at++
  // A count that the bytes cannot hold ends at their end.
  const relations: number[] = []
  for (let relation = 0; relation < count; relation++) relations.push(readInt32(reader))
  return { kind: 'truncate', relations }
}

function readMessage(reader: Reader): PgoutputMessage {
  reader.at += 9
  const prefix = readText(reader)
  const length = readInt32(reader)
  return { kind: 'message', prefix, content: readUtf8(reader, length) }
}

function readTuple(reader: Reader): Tuple {
  const { bytes } = reader
  const count = readInt16(reader)
  const tuple: Tuple[number][] = new Array(count)
  for (let column = 0; column < count; column++) {
    const mark = bytes[reader.at++]
    if (mark === 0x74) {
      const length = bytes.readUInt32BE(reader.at)
      const start = reader.at + 4
      const end = start + length
      if (end > bytes.length) throw new RangeError('A message of pgoutput ends inside a value.')
      reader.at = end
      tuple[column] = readValue(bytes, start, end)
    } else if (mark === 0x6e) tuple[column] = null
    else if (mark === 0x75) tuple[column] = unchanged
    else throw new SyntaxError(`A value has the mark ${mark}, which is none of text, null and unchanged.`)
  }
  return tuple
}

/** Most values are short, and a call into the decoder of Node costs twice what they do here. */
function readValue(bytes: Buffer, start: number, end: number): string {
  if (end - start > shortBytes) return bytes.toString('utf8', start, end)
  let value = ''
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte > 0x7f) return bytes.toString('utf8', start, end)
    value += String.fromCharCode(byte)
  }
  return value
}

const shortBytes = 10

function readInt16(reader: Reader): number {
  const value = reader.bytes.readUInt16BE(reader.at)
  reader.at += 2
  return value
}

function readInt32(reader: Reader): number {
  const value = reader.bytes.readUInt32BE(reader.at)
  reader.at += 4
  return value
}

function readMark(reader: Reader): string {
  return String.fromCharCode(reader.bytes.readUInt8(reader.at++))
}

function expectMark(reader: Reader, wanted: string): void {
  const mark = readMark(reader)
  if (mark !== wanted)
    throw new SyntaxError(`A row begins with ${JSON.stringify(mark)}, not ${JSON.stringify(wanted)}.`)
}

function readText(reader: Reader): string {
  const end = reader.bytes.indexOf(0, reader.at)
  if (end < 0) throw new RangeError('A message of pgoutput ends inside a name.')
  const text = reader.bytes.toString('utf8', reader.at, end)
  reader.at = end + 1
  return text
}

function readUtf8(reader: Reader, length: number): string {
  const end = reader.at + length
  if (end > reader.bytes.length) throw new RangeError('A message of pgoutput ends inside its content.')
  const text = reader.bytes.toString('utf8', reader.at, end)
  reader.at = end
  return text
}
