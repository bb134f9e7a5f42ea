import { withPair } from '../processes.ts'

/** How people come: all into one room. */
export interface CrowdPlan {
  readonly listeners: number
  readonly comers: number
  /** In how many seconds they come, if the server can take it. */
  readonly seconds: number
}

/** What it took until everybody who listens knew of everybody who came. */
export interface CrowdRun extends CrowdPlan {
  readonly server: string
  /** Of server CPU, connecting those who come included. */
  readonly cpuMs: number
  /** What each listener got. */
  readonly messages: number
  readonly bytes: number
  /** From the first who came until the last listener knew of the last one. */
  readonly tookMs: number
}

/** Measures one server once, in fresh processes. */
export function measureCrowd(server: string, plan: CrowdPlan): Promise<CrowdRun> {
  return withPair(server, async (pair) => {
    const { port = 0 } = pair.server.ready
    const { listeners, comers, seconds } = plan
    await pair.load.tell({ do: 'open-listeners', server, port, listeners, comers })
    await pair.server.tell({ do: 'start' })
    const { messages = 0, bytes = 0, tookMs = 0 } = await pair.load.tell({ do: 'come', seconds })
    const { cpuMicros = 0 } = await pair.server.tell({ do: 'stop' })
    return {
      server,
      ...plan,
      cpuMs: cpuMicros / 1_000,
      messages: messages / listeners,
      bytes: bytes / listeners,
      tookMs,
    }
  })
}
