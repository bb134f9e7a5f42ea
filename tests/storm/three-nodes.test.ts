import { expect, test } from 'vitest'
import { runStorm } from './run-storm.ts'
import { threeNodes } from './three-nodes.ts'

test('I1, I2, I5, I9, I10, I12: after a storm over three nodes, Redis and PostgreSQL clients of all kinds show the same, rows are those of the table, and no page was current that was not', async () => {
  const { wrong, kept } = await runStorm({ over: await threeNodes('n2'), seed: 'n2', ms: 20_000, vanish: false })
  expect(wrong).toEqual([])
  expect(kept).toBeGreaterThan(100)
})
