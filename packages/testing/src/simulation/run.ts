import { room, roomIds } from './channels.ts'
import { perform } from './perform.ts'
import { type Action, createSchedule, nodeNames } from './schedule.ts'
import type { Tally } from './tally.ts'
import { TwoHistories, Violation } from './violation.ts'
import { type Mutations, World } from './world.ts'

/** What a simulation runs. */
export interface SimulationOptions {
  /** How many things happen in a schedule. Default 200. */
  readonly steps?: number
  /** Default 3. */
  readonly clients?: number
  readonly mutations?: Mutations
  /** Told of every step and every message: how a failing seed came to fail. */
  readonly trace?: (line: string) => void
}

/** A schedule in which an invariant did not hold. The same seed fails the same way. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure'
  readonly seed: number
  /** Index of the step, or the number of steps if it failed at the end. */
  readonly step: number

  constructor(seed: number, step: number, action: Action | undefined, cause: unknown) {
    const what = cause instanceof Violation ? cause.message : String(cause)
    super(`seed ${seed}, step ${step} (${action ? JSON.stringify(action) : 'after healing'}): ${what}`, { cause })
    this.seed = seed
    this.step = step
  }
}

/** What a seed came to. */
export interface SimulatedTime {
  /** How long it took on the clock of the simulation. */
  readonly elapsedMs: number
  /** Whether its users had tokens that expire. */
  readonly hasExpiry: boolean
}

/** How long everything takes at most to come right: backoffs, silences, and claims of nodes that died. */
const healingMs = 45_000

/** How long it takes at most until who follows was drained, because a node has found out that claims were lost, and is back. */
const drainingMs = 15_000

/**
 * Runs the schedule of a seed, asserts the invariants after each step, heals everything at the end, and asserts that
 * all pages show the truth.
 *
 * @throws {SimulationFailure} at the first invariant that did not hold.
 */
export async function runSeed(
  seed: number,
  tally: Tally,
  { steps: length = 200, clients = 3, mutations = {}, trace = () => {} }: SimulationOptions = {},
): Promise<SimulatedTime> {
  const { steps, ground } = createSchedule(seed, length, clients)
  const world = new World(seed, ground, tally, mutations, trace)
  let at = 0
  try {
    for (let client = 0; client < clients; client++)
      await perform(world, { do: 'open-page', client, page: 'fresh', isClean: true })
    for (const { action, thenMs } of steps) {
      trace(`step ${at} at ${world.clock.elapsed()}: ${JSON.stringify(action)}, then ${thenMs} ms`)
      await perform(world, action)
      await world.pass(thenMs)
      at++
    }
    await converge(world)
  } catch (error) {
    if (!(error instanceof TwoHistories)) throw new SimulationFailure(seed, at, steps[at]?.action, error)
    tally.count('ended: two histories at one position')
  } finally {
    world.end()
  }
  return { elapsedMs: world.clock.elapsed(), hasExpiry: ground.hasExpiry }
}

/**
 * Liveness: once nothing is in the way any more, everybody gets to the truth, also if nothing more happens there, and
 * every publish gets its answer.
 */
async function converge(world: World): Promise<void> {
  world.heal()
  await world.pass(healingMs)
  // A refusal is for good until somebody tries again, and a rule may have looked before it let the user in.
  if (world.pages.filter((page) => page?.tryAgain()).length > 0) await world.pass(healingMs)
  world.ledger.assertAllAnswered()
  await assertAllAtHead(world)
  assertNoGhosts(world)
  for (const id of roomIds)
    for (const node of nodeNames) await perform(world, { do: 'publish-by-application', node, room: id, again: false })
  await world.pass(drainingMs)
  await assertAllAtHead(world)
  world.tally.count('converged')
}

async function assertAllAtHead(world: World): Promise<void> {
  for (const { hub } of world.nodes.values()) {
    const snapshots = await Promise.all(roomIds.map((id) => hub.snapshot(room({ id }))))
    for (const snapshot of snapshots) world.assertRendered(snapshot)
    const heads = new Map(snapshots.map(({ channel, position }) => [channel, position]))
    for (const page of world.pages)
      page?.assertConverged(heads, (user, channel) => world.members.mayRead(user, channel))
  }
}

/** I7: the nodes hold no sessions of links that are gone; a page has one link, or some requests that are held. */
function assertNoGhosts(world: World): void {
  const sessions = [...world.nodes.values()].reduce((sum, { hub }) => sum + hub.counters.sessions, 0)
  if (sessions > world.pages.length + world.requests.held.length)
    throw new Violation('I7', `the nodes hold ${sessions} sessions, and there are ${world.pages.length} pages`)
}
