import { errorCodes } from '@baro/core'
import { closeCodes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { readSource } from './source-files.ts'

/** The codes that have a heading of their own in the protocol, for example `#### 4001 \`slow\`` or `#### \`bad-message\``. */
function headings(protocol: string): { readonly errors: readonly string[]; readonly closes: readonly string[] } {
  const found = [...protocol.matchAll(/^#### (?:(?<number>\d{4}) )?`(?<name>[a-z0-9-]+)`$/gm)].map(
    ({ groups }) => groups,
  )
  return {
    errors: found.filter((one) => one?.number === undefined).map((one) => one?.name ?? ''),
    closes: found.filter((one) => one?.number !== undefined).map((one) => `${one?.number} ${one?.name}`),
  }
}

describe('the closed tables of codes and PROTOCOL.md agree', () => {
  const { errors, closes } = headings(readSource('PROTOCOL.md'))

  test('every error code has a heading, and every such heading is an error code', () => {
    expect([...errors].sort()).toEqual(Object.keys(errorCodes).sort())
  })

  test('every close code has a heading, and every such heading is a close code', () => {
    const expected = Object.entries(closeCodes).map(([name, code]) => `${code} ${name}`)
    expect([...closes].sort()).toEqual(expected.sort())
  })
})

test('headings of codes are found, and no others', () => {
  const protocol = '#### `bad-name`\n\n#### 4001 `slow`\n\n### `deeper`\n#### Races\ntext `x`\n'
  expect(headings(protocol)).toEqual({ errors: ['bad-name'], closes: ['4001 slow'] })
})
