import { withPair } from '../processes.ts'

/** What one run of one server cost. */
export interface LongPollRun {
  readonly server: string
  readonly readers: number
  /** Microseconds of server CPU for one message to reach one reader, the next question included. */
  readonly perDelivery: number
}

/** How much is sent. */
export interface LongPollPlan {
  readonly readers: number
  /** Messages before the measured ones. */
  readonly warmup: number
  readonly messages: number
}

/** Measures one server once, in fresh processes. */
export function measureLongPoll(server: string, { readers, warmup, messages }: LongPollPlan): Promise<LongPollRun> {
  return withPair(server, async (pair) => {
    const { port = 0, creditPort = 0 } = pair.server.ready
    await pair.load.tell({ do: 'connect', server, port, creditPort, subscribers: readers, note: false })
    await pair.server.tell({ do: 'publish', messages: warmup, inFlight: 1 })
    const { cpuMicros = 0 } = await pair.server.tell({ do: 'publish', messages, inFlight: 1 })
    return { server, readers, perDelivery: cpuMicros / messages / readers }
  })
}
