import { expect, test } from 'vitest'
import { parseSnapshot } from '../snapshot/database-snapshot.ts'
import { FeedPassing } from './rows-after.ts'
import type { TableRing } from './table-ring.ts'

const at = (xid: number) => parseSnapshot(`${xid}:${xid}:`)

test('what is older than what was passed needs no question, until another life of the database begins', async () => {
  let asked = 0
  const progress = async () => {
    asked++
    return { finished: at(100), recorded: at(100), hasPassed: true }
  }
  const ring = { parts: { clock: { elapsed: () => 0 }, table: { name: 'public.notes' } }, moved: async () => {} }
  const passing = new FeedPassing({ progress }, ring as unknown as TableRing)
  await passing.passed(at(90))
  await passing.passed(at(80))
  expect(asked).toBe(1)
  passing.forget()
  await passing.passed(at(80))
  expect(asked).toBe(2)
})
