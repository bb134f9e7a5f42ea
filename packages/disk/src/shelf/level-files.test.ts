import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'
import { assertLevelFiles } from './level-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'baro-level-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  const level = new ClassicLevel(folder, { compression: false })
  for (const round of [1, 2]) {
    await level.open()
    for (let number = 0; number < 400; number++) await level.put(`key ${round} ${number}`, 'value '.repeat(20))
    // It is opened again, so that what was in its log becomes a table.
    await level.close()
  }
})

const named = (pattern: RegExp) => readdirSync(folder).filter((name) => pattern.test(name))

test('the checksum is CRC-32C', () => {
  expect(crc32c(Buffer.from('0123456789'), 1, 10)).toBe(crc32c(Buffer.from('123456789'), 0, 9))
  expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283)
})

test('the checksum of any part of any bytes is that of its bits, one after the other, wherever it begins in memory', () => {
  const bitwise = (bytes: Uint8Array) => {
    let crc = -1
    for (const byte of bytes) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    }
    return ~crc >>> 0
  }
  const memory = Uint8Array.from({ length: 100 }, (_, index) => (index * 2_654_435_761) >>> 13)
  for (let offset = 0; offset < 4; offset++)
    for (let begin = 0; begin < 20; begin++)
      for (let end = begin; end < 90; end++)
        expect(crc32c(memory.subarray(offset), begin, end)).toBe(bitwise(memory.subarray(offset + begin, offset + end)))
})

test('a store as LevelDB left it is right, and so is one that was never opened', () => {
  assertLevelFiles(folder)
  assertLevelFiles(join(folder, 'nowhere'))
})

test('I4: a bit that was flipped anywhere in a table is found, and so is a table that lost its end', () => {
  const [name = ''] = named(/\.ldb$/)
  const path = join(folder, name)
  const whole = readFileSync(path)
  const missed: number[] = []
  const isFound = (bytes: Uint8Array): boolean => {
    writeFileSync(path, bytes)
    try {
      assertLevelFiles(folder)
      return false
    } catch {
      return true
    }
  }
  for (let at = 0; at < whole.length; at += at > whole.length - 400 ? 1 : 61) {
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] ?? 0) ^ 4
    if (!isFound(damaged)) missed.push(at - whole.length)
  }
  expect(isFound(whole.subarray(0, -1))).toBe(true)
  writeFileSync(path, whole)
  // Of the footer, what stands between the two handles and the magic number means nothing.
  expect(missed.filter((at) => at < -48 || at >= -8)).toEqual([])
})

test.each([/^CURRENT$/, /^MANIFEST/, /\.ldb$/, /\.log$/])('a file that is missing is found: %s', (pattern) => {
  const [name = ''] = named(pattern)
  const path = join(folder, name)
  const whole = readFileSync(path)
  rmSync(path)
  expect(() => assertLevelFiles(folder)).toThrow(/missing|names no manifest/)
  writeFileSync(path, whole)
  assertLevelFiles(folder)
})
