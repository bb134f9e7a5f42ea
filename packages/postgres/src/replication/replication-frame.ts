/** What goes over a replication connection around the messages (PostgreSQL manual §54.4). */

export type ReplicationFrame =
  /** A message of the plugin, which begins at this byte of the frame. */
  | { readonly kind: 'data'; readonly at: number }
  /** The server has sent everything before `end`. It waits for a status if it asks for one. */
  | { readonly kind: 'keepalive'; readonly end: bigint; readonly asksForStatus: boolean }

const data: ReplicationFrame = { kind: 'data', at: 25 }

/** @throws {SyntaxError} if it is neither. */
export function readFrame(bytes: Buffer): ReplicationFrame {
  if (bytes[0] === 0x77) return data
  if (bytes[0] === 0x6b) return { kind: 'keepalive', end: bytes.readBigUInt64BE(1), asksForStatus: bytes[17] === 1 }
  throw new SyntaxError(`The server sent a frame of kind ${bytes[0]}, which replication does not have.`)
}

/** Says that everything before `done` may be forgotten by the server. */
export function statusFrame(done: bigint): Buffer {
  const bytes = Buffer.alloc(34)
  bytes[0] = 0x72
  for (const at of [1, 9, 17]) bytes.writeBigUInt64BE(done, at)
  return bytes
}

/** A place in the log as PostgreSQL spells it, `0/16B3748`. */
export function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`
}

/** @throws {SyntaxError} if it is none. */
export function readLsn(text: string): bigint {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text) ?? []
  if (high === undefined || low === undefined) throw new SyntaxError(`${JSON.stringify(text)} is no place in the log.`)
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}
