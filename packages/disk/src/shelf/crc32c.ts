/** CRC-32C (Castagnoli), the checksum of LevelDB's files: `node:zlib` has only the other one. */

// Eight tables, so that eight bytes go in one step.
const tables: readonly Uint32Array[] = makeTables()

function makeTables(): readonly Uint32Array[] {
  const made = Array.from({ length: 8 }, () => new Uint32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    at(made, 0)[byte] = crc
  }
  for (let byte = 0; byte < 256; byte++)
    for (let step = 1; step < 8; step++) {
      const before = at(made, step - 1)[byte] ?? 0
      at(made, step)[byte] = (before >>> 8) ^ (at(made, 0)[before & 255] ?? 0)
    }
  return made
}

function at(made: readonly Uint32Array[], step: number): Uint32Array {
  return made[step] as Uint32Array
}

/** The checksum of a part of some bytes. */
export function crc32c(bytes: Uint8Array, begin: number, end: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as unknown as readonly [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  // Every index is below 256, or below the length of the bytes.
  const of = (table: Uint32Array | Uint8Array, index: number) => table[index] as number
  let crc = -1
  let index = begin
  for (; index + 8 <= end; index += 8) {
    crc ^= of(bytes, index) | (of(bytes, index + 1) << 8) | (of(bytes, index + 2) << 16) | (of(bytes, index + 3) << 24)
    crc =
      of(t7, crc & 255) ^
      of(t6, (crc >>> 8) & 255) ^
      of(t5, (crc >>> 16) & 255) ^
      of(t4, crc >>> 24) ^
      of(t3, of(bytes, index + 4)) ^
      of(t2, of(bytes, index + 5)) ^
      of(t1, of(bytes, index + 6)) ^
      of(t0, of(bytes, index + 7))
  }
  for (; index < end; index++) crc = (crc >>> 8) ^ of(t0, (crc ^ of(bytes, index)) & 255)
  return ~crc >>> 0
}

/** As LevelDB writes it next to what it is the checksum of. */
export function maskedCrc32c(bytes: Uint8Array, begin: number, end: number): number {
  const crc = crc32c(bytes, begin, end)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
