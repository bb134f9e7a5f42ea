import { withPair } from '../processes.ts'

/** What one change of a row took until it was written to whom it is for, among so many filters. */
export interface ChangesRun {
  readonly server: string
  readonly filters: number
  /** Microseconds of CPU of the hub's process for one delivery. */
  readonly oneAtATime: number
  readonly inFlight: number
}

/** How many statements are under way in the second measurement. */
export const statementsInFlight = 32

/** Measures one server once, in fresh processes: each statement changes one row of each subscriber. */
export function measureChanges(
  server: string,
  subscribers: number,
  filters: number,
  statements: number,
): Promise<ChangesRun> {
  return withPair(server, async (pair) => {
    const { port = 0, creditPort = 0 } = pair.server.ready
    await pair.load.tell({ do: 'connect', server, port, creditPort, subscribers, note: false })
    const publish = async (messages: number, inFlight: number): Promise<number> => {
      const { cpuMicros = 0 } = await pair.server.tell({ do: 'publish', messages, inFlight })
      return cpuMicros / messages / subscribers
    }
    await publish(statements, statementsInFlight)
    const oneAtATime = await publish(Math.round(statements / 4), 1)
    const inFlight = await publish(statements, statementsInFlight)
    return { server, filters, oneAtATime, inFlight }
  })
}
