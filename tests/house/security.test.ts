import { defaultLimits } from '@baro/server'
import { describe, expect, test } from 'vitest'
import { readSource } from './source-files.ts'

/** The rows of the table of bounds, cell by cell. */
const rows = [...readSource('SECURITY.md').matchAll(/^\| (?!resource|-|\*\*)(.+) \|$/gm)]
  .map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6)

test('the table of prices in SECURITY.md is that of the code', () => {
  const prices = readSource('packages/server/src/access/prices.ts').matchAll(/^ {2}(\w+): (\d+),$/gm)
  const told = [...readSource('SECURITY.md').matchAll(/^\| .+ \(`(\w+)`\) \| (\d+) \|$/gm)]
  const pairs = (found: Iterable<RegExpExecArray>) =>
    Object.fromEntries([...found].map(([, name, price]) => [name, price]))
  expect(pairs(told)).toEqual(pairs(prices))
  expect(told).not.toEqual([])
})

const threats = [...readSource('SECURITY.md').matchAll(/^\| (?!threat|-)(.+) \|$/gm)]
  .map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 4)

test.each(threats)('the threat of %s: names a test that is there and says so', (_threat, _default, _switch, named) => {
  const path = /^`(packages\/.+\.test\.ts|tests\/.+\.test\.ts)`$/.exec(named ?? '')?.[1] ?? ''
  expect(readSource(path)).toMatch(/\b(?:test|it)\b/)
})

describe('the table of bounds in SECURITY.md', () => {
  test.each(rows)('%s: names a test that is there and says so', (_resource, _who, _bound, _option, _above, named) => {
    const path = /^`(packages\/.+\.test\.ts|tests\/.+\.test\.ts)`$/.exec(named ?? '')?.[1] ?? ''
    expect(readSource(path)).toMatch(/\b(?:test|it)\b/)
  })

  test.each(Object.entries(defaultLimits))('has %s with its default', (limit, value) => {
    const row = rows.find(([, , , option]) => option?.includes(`\`${limit}\``))
    const bound = (row?.[2] ?? '').replaceAll(',', '')
    // A span is written in seconds there.
    expect(bound).toMatch(new RegExp(`\\b${limit.endsWith('Ms') ? `${value / 1_000} s` : value}\\b`))
  })
})
