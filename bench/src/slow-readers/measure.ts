import { withPair } from '../processes.ts'

/** What readers that never read did to a server and to the healthy ones beside them. */
export interface SlowReadersRun {
  readonly server: string
  readonly slow: number
  readonly healthy: number
  readonly publications: number
  readonly publicationBytes: number
  /** Resident memory the slow readers cost, after collecting garbage: their connections and what waits in them. */
  readonly keptBytes: number
  /** Resident memory at its highest, garbage included, above where it stood without them. */
  readonly peakBytes: number
  /** How many were cut; polls are never live, so there is nothing to cut them from. */
  readonly cut: number
  /** 99th percentile of the time from the order to publish to a healthy reader, without slow readers. */
  readonly p99AloneMs: number
  /** The same beside them, over all publications. */
  readonly p99BesideMs: number
  /** The same over the second half of the publications, when every socket of theirs is full. */
  readonly p99FullMs: number
}

/** How many read, how many do not, and what they are sent. */
export interface SlowReadersPlan {
  readonly slow: number
  readonly healthy: number
  readonly publications: number
  readonly publicationBytes: number
  readonly intervalMs: number
}

/** Measures healthy readers alone, then beside slow ones, in one pair of fresh processes. */
export function measureSlowReaders(server: string, plan: SlowReadersPlan): Promise<SlowReadersRun> {
  const { slow, healthy, publications, publicationBytes, intervalMs } = plan
  return withPair(server, async (pair) => {
    const { port = 0, creditPort = 0 } = pair.server.ready
    const half = publications / 2
    const beat = async (messages: number, everyMs = intervalMs): Promise<readonly number[]> => {
      const { latenciesMs = [] } = await pair.load.tell({ do: 'beat', messages, intervalMs: everyMs })
      return latenciesMs
    }
    await pair.load.tell({ do: 'connect', server, port, creditPort, subscribers: healthy, note: false })
    await pair.server.tell({ do: 'publish-on-credit', bytes: publicationBytes })
    // Fills the history, so that its growth is not taken for that of a queue.
    await beat(half, 2)
    const alone = await beat(publications * 0.3)
    const before = await pair.server.tell({ do: 'weigh' })
    const { path = '' } = await pair.server.tell({ do: 'listen-on-path' })
    await pair.load.tell({ do: 'stall', readers: slow, path })
    // By then the server has heard them all.
    await pair.server.tell({ do: 'weigh' })
    const filling = await beat(half)
    const full = await beat(half)
    const after = await pair.server.tell({ do: 'weigh' })
    const growth = (bytes = 0): number => bytes - (before.rssBytes ?? 0)
    return {
      server,
      slow,
      healthy,
      publications,
      publicationBytes,
      keptBytes: growth(after.rssBytes),
      peakBytes: growth(after.peakRssBytes),
      cut: after.cutReaders ?? 0,
      p99AloneMs: p99(alone),
      p99BesideMs: p99([...filling, ...full]),
      p99FullMs: p99(full),
    }
  })
}

/** The value that 99 of 100 do not exceed. */
function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN
}
