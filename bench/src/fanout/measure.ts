import { withPair } from '../processes.ts'

/** What one run of one server cost. */
export interface FanoutRun {
  readonly server: string
  readonly subscribers: number
  /** Microseconds of server CPU for one message to reach one subscriber. */
  readonly oneAtATime: number
  readonly inFlight: number
  /** Bytes of resident memory for one idle subscribed connection. */
  readonly bytesPerConnection: number
  /** Microseconds of server CPU to accept and subscribe one connection. */
  readonly perConnection: number
}

/** How much is sent. */
export interface FanoutPlan {
  readonly subscribers: number
  /** Messages before the measured ones: the first few over a connection cost more than all later ones. */
  readonly warmup: number
  readonly oneAtATime: number
  readonly inFlight: number
}

/** How many messages are under way in the second measurement. */
export const windowSize = 32

/** Measures one server once, in fresh processes. */
export function measureFanout(server: string, plan: FanoutPlan): Promise<FanoutRun> {
  const { subscribers } = plan
  return withPair(server, async (pair) => {
    const { port = 0, creditPort = 0 } = pair.server.ready
    const empty = await pair.server.tell({ do: 'weigh' })
    await pair.server.tell({ do: 'start' })
    await pair.load.tell({ do: 'connect', server, port, creditPort, subscribers, note: false })
    const connecting = await pair.server.tell({ do: 'stop' })
    const full = await pair.server.tell({ do: 'weigh' })

    const publish = async (messages: number, inFlight: number): Promise<number> => {
      const { cpuMicros = 0 } = await pair.server.tell({ do: 'publish', messages, inFlight })
      return cpuMicros / messages / subscribers
    }
    await publish(plan.warmup, 1)
    const oneAtATime = await publish(plan.oneAtATime, 1)
    await publish(plan.warmup, windowSize)
    return {
      server,
      subscribers,
      oneAtATime,
      inFlight: await publish(plan.inFlight, windowSize),
      bytesPerConnection: ((full.rssBytes ?? 0) - (empty.rssBytes ?? 0)) / subscribers,
      perConnection: (connecting.cpuMicros ?? 0) / subscribers,
    }
  })
}
