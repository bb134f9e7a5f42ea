import type { Transport } from './transport.ts'

/** What was measured beforehand of one transport, not in the visitor's browser. */
export interface Measured {
  /** Microseconds of server CPU to bring one publication to one reader, or, for polling, to answer one question. */
  readonly oneAtATime: number
  /** The same with 32 publications under way at any moment; absent where it was not measured. */
  readonly inFlight?: number
  /** Memory of an idle reader, in kB; absent where a reader is no connection. */
  readonly idleKilobytes?: number
}

/** Medians of the runs in bench/results; a test compares them. */
export const measured: Readonly<Record<Transport, Measured>> = {
  websocket: { oneAtATime: 8.9, inFlight: 0.32, idleKilobytes: 7.5 },
  sse: { oneAtATime: 8.9, inFlight: 0.34, idleKilobytes: 11.5 },
  'long-poll': { oneAtATime: 60 },
  poll: { oneAtATime: 29 },
}

/** On what. */
export const measuredOn = { node: 20, cores: 2, processor: 'AMD EPYC' } as const

/** Seconds until the SDK's page is live behind a proxy that … (tests/e2e/ladder.test.ts prints them). */
export const liveAfterSeconds = { refusesUpgrades: 1.2, swallowsUpgrades: 5.2, buffersStreams: 8.2 }

/** How the figures are made again. */
export const commands = [
  'npm run bench -w @baro/bench',
  'npx vitest run tests/e2e/ladder.test.ts',
  'npx vitest run tests/rungs',
]
