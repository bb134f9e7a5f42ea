import { withPair } from '../processes.ts'

/** What it cost to bring everybody back at once. */
export interface RecoverRun {
  readonly server: string
  readonly subscribers: number
  /** Publications each of them had missed. */
  readonly behind: number
  /** Seconds of server CPU. */
  readonly cpuSeconds: number
  /** Seconds from the first attempt to connect to the last recovered publication. */
  readonly totalSeconds: number
}

/** How many come back, and how far behind. */
export interface RecoverPlan {
  readonly subscribers: number
  readonly behind: number
}

/** Drops all subscribers at once, publishes while they are gone, and brings them back, in fresh processes. */
export function measureRecover(server: string, { subscribers, behind }: RecoverPlan): Promise<RecoverRun> {
  return withPair(server, async (pair) => {
    const { port = 0, creditPort = 0 } = pair.server.ready
    await pair.load.tell({ do: 'connect', server, port, creditPort, subscribers, note: true })
    // One publication that all of them get: Socket.IO recovers nobody who had none.
    await pair.server.tell({ do: 'publish', messages: 1, inFlight: 1 })
    const dropAndReturn = async (missed: number): Promise<RecoverRun> => {
      await pair.load.tell({ do: 'drop' })
      await pair.server.tell({ do: 'publish-unheard', messages: missed })
      // It has seen all of them go, and has no garbage of theirs left to collect.
      await pair.server.tell({ do: 'weigh' })
      await pair.server.tell({ do: 'start' })
      const before = performance.now()
      await pair.load.tell({ do: 'return', expected: missed })
      const totalSeconds = (performance.now() - before) / 1_000
      const { cpuMicros = 0 } = await pair.server.tell({ do: 'stop' })
      return { server, subscribers, behind: missed, cpuSeconds: cpuMicros / 1e6, totalSeconds }
    }
    // The first time warms up both sides.
    await dropAndReturn(behind)
    return dropAndReturn(behind)
  })
}
