import type { ClaimedBy } from '../load/publisher.ts'
import { withPair } from '../processes.ts'

/** What it took to have everything published that clients sent for a while. */
export interface PublishesRun {
  readonly claimedBy: ClaimedBy
  readonly publishers: number
  /** Publishes of each of them in a second. */
  readonly perSecond: number
  /** Memory of the server process after collecting garbage, in bytes: with everybody connected, then after each minute. */
  readonly rssBytes: readonly number[]
  readonly taken: number
  readonly refused: number
  /** Microseconds of server CPU for one publish. */
  readonly cpuMicros: number
}

/** How much is published. */
export interface PublishesPlan {
  readonly publishers: number
  readonly perSecond: number
  /** How often it is weighed, and how long is published before each time. */
  readonly stretches: number
  readonly seconds: number
}

/** Has clients publish steadily, in fresh processes, and weighs the server on the way. */
export function measurePublishes(
  claimedBy: ClaimedBy,
  { publishers, perSecond, stretches, seconds }: PublishesPlan,
): Promise<PublishesRun> {
  return withPair('baro', async (pair) => {
    const { port = 0 } = pair.server.ready
    await pair.load.tell({ do: 'open-publishers', port, publishers, claimedBy })
    // Both sides warm up.
    await pair.load.tell({ do: 'publish-steadily', perSecond, seconds: 5 })
    const weigh = async (): Promise<number> => (await pair.server.tell({ do: 'weigh' })).rssBytes ?? 0
    const rssBytes = [await weigh()]
    let [cpuMicros, taken, refused] = [0, 0, 0]
    for (let stretch = 0; stretch < stretches; stretch++) {
      await pair.server.tell({ do: 'start' })
      const counts = await pair.load.tell({ do: 'publish-steadily', perSecond, seconds })
      cpuMicros += (await pair.server.tell({ do: 'stop' })).cpuMicros ?? 0
      ;[taken, refused] = [counts.taken ?? 0, counts.refused ?? 0]
      rssBytes.push(await weigh())
    }
    const measured = publishers * perSecond * seconds * stretches
    return { claimedBy, publishers, perSecond, rssBytes, taken, refused, cpuMicros: cpuMicros / measured }
  })
}
