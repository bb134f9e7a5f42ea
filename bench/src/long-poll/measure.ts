import { withPair } from '../processes.ts'

/** What one run of one server cost. */
export interface LongPollRun {
  readonly server: string
  readonly readers: number
  /** Microseconds of server CPU for one message to reach one reader, the next question included; or for one question. */
  readonly perDelivery: number
}

/** How much is sent. */
export interface LongPollPlan {
  readonly readers: number
  /** Messages before the measured ones. */
  readonly warmup: number
  readonly messages: number
}

/** Measures what a question costs that finds nothing new, while all readers go on asking. */
export function measurePoll(server: string, readers: number, askedMs: number): Promise<LongPollRun> {
  return withPair(server, async (pair) => {
    const { port = 0, creditPort = 0 } = pair.server.ready
    await pair.load.tell({ do: 'connect', server, port, creditPort, subscribers: readers, note: false })
    const ask = async (): Promise<number> => {
      const { answers: before = 0 } = await pair.load.tell({ do: 'count-answers' })
      await pair.server.tell({ do: 'start' })
      await new Promise((resolve) => setTimeout(resolve, askedMs))
      const { cpuMicros = 0 } = await pair.server.tell({ do: 'stop' })
      const { answers = 0 } = await pair.load.tell({ do: 'count-answers' })
      return cpuMicros / (answers - before)
    }
    // Warms up.
    await ask()
    return { server, readers, perDelivery: await ask() }
  })
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
