/**
 * Which channels give way when all of them take too much (I7):
 *
 *     nobody follows it ──▶ its record goes
 *     all are followed  ──▶ their history goes ──▶ and that is not enough ──▶ records go
 *
 * Each time the one whose last use is longest ago, by the minute.
 */
import type { Ledger } from './ledger.ts'

/** How much all channels may take. */
export interface RoomBounds {
  readonly maxBytes: number
  readonly maxChannels: number
}

// Some milliseconds of work at a time; in between, others have their turn.
const atOnce = 100
const first = 'r:'

/** Lets go until there is room, one page of channels after the other. */
export async function makeRoom(
  ledger: Ledger,
  { maxBytes, maxChannels }: RoomBounds,
  isFollowed: (name: string) => boolean,
  lost: (name: string) => void,
): Promise<void> {
  // A little more than must be, so that not each append has to make room.
  const mostBytes = maxBytes - maxBytes / 64
  const mostChannels = maxChannels - Math.floor(maxChannels / 64)
  const isHeavy = () => ledger.usage.bytes > mostBytes
  const isTight = () => ledger.usage.channels > mostChannels || isHeavy()

  const each = async (isOver: () => boolean, letGo: (name: string) => void): Promise<void> => {
    let after = first
    while (isOver()) {
      const page = await ledger.leastUsed(after, atOnce)
      const last = page.at(-1)
      if (!last) return
      after = last.key
      for (const { name, key } of page) if (isOver() && ledger.isLastUse(name, key)) letGo(name)
    }
  }
  const drop = (name: string): void => {
    // The last one stays: a bound too small for one channel would otherwise reset its readers at each append.
    if (ledger.usage.channels <= 1) return
    ledger.drop(name)
    lost(name)
  }

  await each(isTight, (name) => {
    if (!isFollowed(name)) drop(name)
  })
  await each(isHeavy, (name) => void ledger.letGo(name, Number.POSITIVE_INFINITY))
  await each(isTight, drop)
}
