import { Violation } from '../violation.ts'
import { performPresence } from './presence-perform.ts'
import { createPresenceSchedule, type PresenceAction, users } from './presence-schedule.ts'
import type { PresenceTally } from './presence-tally.ts'
import { type PresenceMutations, PresenceWorld } from './presence-world.ts'

/** What a simulation of who is here runs. */
export interface PresenceOptions {
  /** How many things happen in a schedule. Default 60. */
  readonly steps?: number
  readonly mutations?: PresenceMutations
  /** Told of every step and every message: how a failing seed came to fail. */
  readonly trace?: (line: string) => void
}

/** A schedule in which I9 did not hold. The same seed fails the same way. */
export class PresenceFailure extends Error {
  override readonly name = 'PresenceFailure'
  readonly seed: number

  constructor(seed: number, step: number, action: PresenceAction | undefined, cause: unknown) {
    const what = cause instanceof Violation ? cause.message : cause instanceof Error ? cause.stack : String(cause)
    super(`who is here, seed ${seed}, step ${step} (${action ? JSON.stringify(action) : 'after healing'}): ${what}`, {
      cause,
    })
    this.seed = seed
  }
}

/** How long everybody takes at most to be back, and whoever is gone to be out of the list. */
const healingMs = 80_000
/** The same where a page sends requests that may be on their way, held, and believed for a while. */
const healingOverRequestsMs = 125_000

/**
 * Runs the schedule of a seed, asserts I9 after each step and every few seconds in between, heals everything at the end, and
 * asserts that all pages show who is here.
 *
 * @throws {PresenceFailure} when it does not hold.
 */
export async function runPresenceSeed(
  seed: number,
  tally: PresenceTally,
  { steps: length = 60, mutations = {}, trace = () => {} }: PresenceOptions = {},
): Promise<{ readonly elapsedMs: number }> {
  const schedule = createPresenceSchedule(seed, length)
  const world = new PresenceWorld(seed, schedule, tally, mutations, trace)
  let at = 0
  try {
    for (const client of users.keys()) if (client < 4) await performPresence(world, { do: 'open', client })
    for (const { action, thenMs } of schedule.steps) {
      trace(`step ${at} at ${world.clock.elapsed()}: ${JSON.stringify(action)}, then ${thenMs} ms`)
      await performPresence(world, action)
      await world.pass(thenMs)
      at++
    }
    world.heal()
    await world.pass(schedule.requester ? healingOverRequestsMs : healingMs)
    await world.assertConverged()
    tally.count('converged')
  } catch (error) {
    throw new PresenceFailure(seed, at, schedule.steps[at]?.action, error)
  } finally {
    world.end()
  }
  return { elapsedMs: world.clock.elapsed() }
}
