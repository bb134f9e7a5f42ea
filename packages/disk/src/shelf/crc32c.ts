/** CRC-32C (Castagnoli), the checksum of LevelDB's files: `node:zlib` has only the other one. */

// Sixteen tables, so that four words go in one step: a store of some hundred megabytes is looked at when it is opened.
const tables: readonly Int32Array[] = makeTables()

function makeTables(): readonly Int32Array[] {
  const made = Array.from({ length: 16 }, () => new Int32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    at(made, 0)[byte] = crc
  }
  for (let byte = 0; byte < 256; byte++)
    for (let step = 1; step < 16; step++) {
      const before = at(made, step - 1)[byte] ?? 0
      at(made, step)[byte] = (before >>> 8) ^ (at(made, 0)[before & 255] ?? 0)
    }
  return made
}

function at(made: readonly Int32Array[], step: number): Int32Array {
  return made[step] as Int32Array
}

// Every index below is below 256, or below the length of the bytes or words.
const of = (table: Int32Array | Uint8Array, index: number) => table[index] as number

const [t0, t1, t2, t3, t4, t5, t6, t7] = [0, 1, 2, 3, 4, 5, 6, 7].map((step) => at(tables, step)) as unknown as Eight
const [t8, t9, t10, t11, t12, t13, t14, t15] = [8, 9, 10, 11, 12, 13, 14, 15].map((step) =>
  at(tables, step),
) as unknown as Eight

type Eight = readonly [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]

/** The checksum of a part of some bytes. */
export function crc32c(bytes: Uint8Array, begin: number, end: number): number {
  const { buffer, byteOffset } = bytes
  // Words begin where their address is a multiple of four. Their bytes stand in the order of all machines that this runs on.
  const firstWord = Math.min(end, begin + (-(byteOffset + begin) & 3))
  let crc = bytewise(-1, bytes, begin, firstWord)
  const steps = (end - firstWord) >>> 4
  if (steps > 0) {
    const words = new Int32Array(buffer, byteOffset + firstWord, steps * 4)
    for (let index = 0; index < words.length; index += 4) {
      const [a, b, c, d] = [crc ^ of(words, index), of(words, index + 1), of(words, index + 2), of(words, index + 3)]
      crc =
        of(t15, a & 255) ^
        of(t14, (a >>> 8) & 255) ^
        of(t13, (a >>> 16) & 255) ^
        of(t12, a >>> 24) ^
        of(t11, b & 255) ^
        of(t10, (b >>> 8) & 255) ^
        of(t9, (b >>> 16) & 255) ^
        of(t8, b >>> 24) ^
        of(t7, c & 255) ^
        of(t6, (c >>> 8) & 255) ^
        of(t5, (c >>> 16) & 255) ^
        of(t4, c >>> 24) ^
        of(t3, d & 255) ^
        of(t2, (d >>> 8) & 255) ^
        of(t1, (d >>> 16) & 255) ^
        of(t0, d >>> 24)
    }
  }
  return ~bytewise(crc, bytes, firstWord + steps * 16, end) >>> 0
}

function bytewise(crc: number, bytes: Uint8Array, begin: number, end: number): number {
  let value = crc
  for (let index = begin; index < end; index++) value = (value >>> 8) ^ of(t0, (value ^ of(bytes, index)) & 255)
  return value
}

/** As LevelDB writes it next to what it is the checksum of. */
export function maskedCrc32c(bytes: Uint8Array, begin: number, end: number): number {
  const crc = crc32c(bytes, begin, end)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
