import { defaultLimits } from '@baro/server'
import { expect, test } from 'vitest'
import { readSource } from './source-files.ts'

test.each(['docs/limits.md', 'docs/ko/limits.md'])(
  '%s has each limit of a hub, with its default, and no other',
  (file) => {
    const rows = [...readSource(file).matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)]
    const said = rows.map(([, name, value = '']) => [name, Number(value.replaceAll(',', ''))])
    expect(Object.fromEntries(said)).toEqual(defaultLimits)
    expect(said).toHaveLength(Object.keys(defaultLimits).length)
  },
)
