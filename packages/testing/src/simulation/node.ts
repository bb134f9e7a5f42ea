import { BaroError, type HubClock, type Log, type Recover } from '@baro/core'
import type { Hub, Limits } from '@baro/server'
import { assembleHub } from '@baro/server/parts'
import type { SeededRandomness } from '../seeded-randomness.ts'
import type { BrokerLink } from './broker-link.ts'
import { room } from './channels.ts'
import { createProcessClock } from './process-clock.ts'
import type { Tally } from './tally.ts'

/** Bounds small enough to be reached within a few hundred steps. */
export const limits = {
  maxOutboxBytes: 2_048,
  maxReplyBytes: 600,
  catchUpPublications: 4,
  catchUpBytes: 1_024,
  connectTimeoutMs: 5_000,
} as const

export const heartbeatIntervalMs = 5_000
/** How long a publish may be repeated with its id. */
export const publishWindowMs = 20_000

/** The application refuses notes that begin with this. */
export const refusedText = 'refuse '

/** A running server process. */
export interface SimulatedNode {
  readonly name: string
  readonly hub: Hub
  readonly broker: BrokerLink
  /** The process is gone, between two instructions. */
  kill(): void
}

/** What a node is started with. */
export interface NodeParts {
  readonly name: string
  readonly clock: HubClock
  readonly randomness: SeededRandomness
  readonly broker: BrokerLink
  readonly recover: Recover
  readonly limits: Partial<Limits>
  readonly tally: Tally
  readonly log: Log
}

/** Starts a real hub, with an application that takes its time for some events. */
export function startNode({ name, clock, randomness, broker, recover, limits, tally, log }: NodeParts): SimulatedNode {
  const work = randomness.fork('work')
  const processClock = createProcessClock(clock, () => (work.chance(0.1) ? 1 : 0))
  const hub = assembleHub(
    {
      channels: [room],
      broker,
      clock: processClock,
      randomness,
      log,
      limits,
      heartbeatIntervalMs,
      publishWindowMs,
      development: false,
      auth: ({ token }) => (token === undefined ? undefined : { id: token }),
    },
    { recover },
  )
  hub.on(room, {
    access: 'public',
    events: {
      note: async ({ payload, publish }) => {
        if (payload.text.startsWith(refusedText)) throw new BaroError('refused', 'Not this one. Write another.')
        const takesMs = randomness.chance(0.2) ? randomness.integer(1, 2_000) : 0
        if (takesMs > 0) await new Promise<void>((resolve) => processClock.after(takesMs, resolve))
        await publish('note', payload)
      },
    },
  })
  return {
    name,
    hub,
    broker,
    kill() {
      const { slow, gaps, repeated, paused } = hub.counters
      tally.count('slow reader cut', slow)
      tally.count('fan-out paused', paused)
      tally.count('gap found by a node', gaps)
      tally.count('repeated publish suppressed by the claim', repeated)
      processClock.kill()
      broker.kill()
    },
  }
}
