/**
 * I9 on seeded bad days: real clients that come, go, reload and die, real hubs over one store, an in-memory network and a
 * fake clock. `npm run simulation` runs more. A seed that failed replays exactly, and tells what happened:
 * `node --conditions=baro-source --import tsx tests/simulation-shard.ts who-is-here SEED`
 */
import {
  PresenceFailure,
  type PresenceMutantName,
  PresenceTally,
  presenceMutants,
  runPresenceSeed,
  Violation,
} from '@baro/testing'
import { expect, test } from 'vitest'

const schedules = 40

test(`I9: each list is the set at its position, nobody gone is listed for longer than the bound, and each hook is called once, in ${schedules} schedules`, async () => {
  const tally = new PresenceTally()
  for (let seed = 1; seed <= schedules; seed++) await runPresenceSeed(seed, tally)
  // What never happened was not tested.
  expect(tally.missing).toEqual([])
  expect(tally.of('converged')).toBe(schedules)
})

test('a seed replays exactly', async () => {
  expect(await traceOf(2)).toEqual(await traceOf(2))
  expect(await traceOf(2)).not.toEqual(await traceOf(3))
})

/** Where to begin: each seed takes a tenth of a second, and some guards are needed in few of them. */
const firstSeed: Partial<Record<PresenceMutantName, number>> = { 'a reload has its time': 16 }

test.each(Object.keys(presenceMutants) as PresenceMutantName[])(
  'without this the simulation goes red: %s',
  async (name) => {
    const { seed, cause } = await firstFailure(name)
    expect(cause).toBeInstanceOf(Violation)
    expect((cause as Violation).invariant).toBe('I9')
    // With it, the same seed is green.
    await expect(runPresenceSeed(seed, new PresenceTally())).resolves.toMatchObject({ elapsedMs: expect.any(Number) })
  },
)

async function firstFailure(name: PresenceMutantName): Promise<PresenceFailure> {
  const from = firstSeed[name] ?? 1
  for (let seed = from; seed < from + 60; seed++)
    try {
      await runPresenceSeed(seed, new PresenceTally(), { mutations: presenceMutants[name] })
    } catch (error) {
      if (error instanceof PresenceFailure) return error
      throw error
    }
  throw new Error(`60 schedules ran without "${name}", and nothing was noticed.`)
}

async function traceOf(seed: number): Promise<readonly string[]> {
  const lines: string[] = []
  await runPresenceSeed(seed, new PresenceTally(), { trace: (line) => lines.push(line) })
  return lines
}
