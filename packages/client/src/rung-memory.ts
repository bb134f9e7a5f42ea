import { type Clock, systemClock } from '@baro/core'
import type { Transport } from './transport.ts'

/** Remembers which rung worked, so that the next page need not find it out again. */
export interface RungMemory {
  read(): Transport['rung'] | undefined
  write(rung: Transport['rung']): void
}

/** How long a memory holds, in milliseconds: people carry their machines to other networks. */
const validMs = 10 * 60_000

const key = 'baro:rung'

/** The memory of a browser, for all pages of an origin; where there is no storage nothing is remembered. */
export function browserRungMemory(clock: Clock = systemClock): RungMemory {
  return {
    read() {
      try {
        const [rung, at] = (localStorage.getItem(key) ?? '').split(' ')
        return clock.now() - Number(at) < validMs ? (rung as Transport['rung']) : undefined
      } catch {
        return undefined
      }
    },
    write(rung) {
      try {
        localStorage.setItem(key, `${rung} ${clock.now()}`)
      } catch {
        // A browser that forbids storage is no reason to fail.
      }
    },
  }
}
