/** The checker in its short form: what hours of it would find, and that it would. */
import { afterEach, expect, test } from 'vitest'
import { type CheckerOptions, runChecker } from '../test/checker/run-checker.ts'
import { createTestDatabase, type TestDatabase } from '../test/test-database.ts'

let database: TestDatabase

afterEach(() => database.end())

async function check(over: Partial<CheckerOptions>) {
  database = await createTestDatabase()
  return runChecker({
    ...{ url: database.url, changes: 1_200, writers: 8, readers: 16, seed: 1 },
    ...{
      cutEveryMs: 700,
      killEveryMs: 2_500,
      lifeMs: 1_200,
      travelMs: 400,
      longestTransactionMs: 250,
      settleMs: 60_000,
    },
    ...over,
  })
}

const byReplication = { feed: 'replication', feedCutEveryMs: 700 } as const

test('I12: whatever is written, cut and killed, each step of each reader is right, and so is the end', async () => {
  const { violations, examples, ...counts } = await check({ until: ({ kills }) => kills > 0 })
  expect(examples).toEqual([])
  expect(violations).toBe(0)
  const { renders, recovered, cuts, kills, taken, written } = counts
  expect(Math.min(renders, recovered, cuts, kills, taken, written.rollbacks)).toBeGreaterThan(0)
})

test('I12: by replication, whose link is cut too', async () => {
  const until: CheckerOptions['until'] = ({ kills, feedCuts, taken }) => kills > 0 && feedCuts >= 6 && taken >= 2_000
  const { violations, examples, ...counts } = await check({ ...byReplication, changes: 1_000, until })
  expect(examples).toEqual([])
  expect(violations).toBe(0)
  expect(counts).toMatchObject({ resets: {} })
  expect(Math.min(counts.recovered, counts.written.rollbacks)).toBeGreaterThan(10)
})

test('with places in the log compared in place of the visibility rule, it finds violations', async () => {
  const until: CheckerOptions['until'] = ({ violations: found }) => found > 0
  const over = { changes: 400, killEveryMs: 60_000, travelMs: 100, settleMs: 500 }
  const { violations } = await check({ ...byReplication, ...over, rule: 'log', until })
  expect(violations).toBeGreaterThan(0)
})

test.for(['sequence', 'horizon'] as const)(
  'with a comparison of numbers in place of the visibility rule, it finds violations: %s',
  async (rule) => {
    const until: CheckerOptions['until'] = ({ violations: found }) => found > 0
    const over = { rule, until, changes: 400, killEveryMs: 60_000, travelMs: 100, settleMs: 500 }
    const { violations } = await check(over)
    expect(violations).toBeGreaterThan(0)
  },
)
