import { withPair } from '../processes.ts'

/** How people move: all in one room. */
export interface CursorsPlan {
  readonly people: number
  readonly perSecond: number
  readonly seconds: number
}

/** What it took that everybody saw everybody move. */
export interface CursorsRun extends CursorsPlan {
  readonly server: string
  /** Of server CPU, for one second of it. */
  readonly cpuMsPerSecond: number
  /** What one of them heard in a second. */
  readonly bytesPerSecond: number
  readonly movesPerSecond: number
  readonly medianMs: number
  readonly p99Ms: number
}

/** Measures one server once, in fresh processes. */
export function measureCursors(server: string, plan: CursorsPlan): Promise<CursorsRun> {
  return withPair(server, async (pair) => {
    const { port = 0 } = pair.server.ready
    const { people, perSecond, seconds } = plan
    await pair.load.tell({ do: 'open-movers', server, port, people })
    // What comes first is compiled while it runs.
    await pair.load.tell({ do: 'move', perSecond, seconds: seconds / 2 })
    await pair.server.tell({ do: 'start' })
    const heard = await pair.load.tell({ do: 'move', perSecond, seconds })
    const { cpuMicros = 0 } = await pair.server.tell({ do: 'stop' })
    const { moves = 0, bytes = 0, latenciesMs = [] } = heard
    const sorted = [...latenciesMs].sort((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
    return {
      server,
      ...plan,
      cpuMsPerSecond: cpuMicros / 1_000 / seconds,
      bytesPerSecond: bytes / people / seconds,
      movesPerSecond: moves / people / seconds,
      medianMs: at(0.5),
      p99Ms: at(0.99),
    }
  })
}
