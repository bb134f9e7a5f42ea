import type { Clock } from '@baro/core/broker'
import type { Rung } from '../ports/transport.ts'

/** Says which rung worked last on this network, so that the next page need not find it out again; told one, it keeps it. */
export type RungMemory = (worked?: Rung) => Rung | undefined

/** How long a memory holds, in milliseconds: people carry their machines to other networks. */
const validMs = 10 * 60_000

const key = 'baro:rung'

/** The memory of a browser, for all pages of an origin; where there is no storage nothing is remembered. */
export function browserRungMemory(clock: Clock): RungMemory {
  return (worked) => {
    try {
      // Node 26 warns whoever looks at its storage: there `location` throws before.
      if (location && worked) localStorage[key] = `${worked} ${clock.now()}`
      const [rung, at] = localStorage[key].split(' ')
      return clock.now() - Number(at) < validMs ? (rung as Rung) : undefined
    } catch {
      // Nothing is kept yet; or the browser forbids storage, which is no reason to fail.
      return undefined
    }
  }
}
