import { BaroError } from '@baro/core'
import type { Broker, ClaimKey, NowOrLater } from '@baro/core/broker'
import { createMemoryBroker } from '@baro/server'

/** What several processes keep together, or one before and after its restart: a disk, or a server with a store. */
export interface MemoryStore {
  /** Opens it for a process; the broker is of that process alone, and closing it leaves the store to the others. */
  open(): Broker
  /** Loses what is remembered of publishes, and nothing else. */
  loseClaims(): void
}

/** What `createMemoryStore` takes: what a memory broker does, for it keeps what a memory broker keeps. */
export type MemoryStoreOptions = NonNullable<Parameters<typeof createMemoryBroker>[0]>

/**
 * Makes a store in memory that outlives the brokers on it, as the disk of an embedded broker outlives its process. History,
 * offsets, epochs, states, cursors and claims are of the store; who follows and who hears is of the process.
 *
 * @example
 * ```ts
 * const store = createMemoryStore({ clock, randomness })
 * let broker = store.open()
 * await broker.close() // the process ends
 * broker = store.open() // and is back, with everything it had kept
 * ```
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return keepIn(createMemoryBroker(options))
}

/** Makes a store of what a broker keeps. */
export function keepIn(kept: Broker): MemoryStore {
  // Claims of another life stand under other scopes, where nobody finds them.
  let lives = 1
  const suffix = () => (lives === 1 ? '' : `-${lives}`)
  const inLife = <Key extends ClaimKey>(key: Key): Key => ({ ...key, scope: `${key.scope}${suffix()}` })
  const outEpoch = (epoch: string) => `${epoch}${suffix()}`
  const inEpoch = (epoch: string) =>
    epoch.endsWith(suffix()) ? epoch.slice(0, epoch.length - suffix().length) : `not ${epoch}`

  function open(): Broker {
    const ends = new Set<() => void>()
    let isClosed = false

    function assertOpen(): void {
      if (isClosed)
        throw new BaroError('unavailable', 'The process that had this broker has ended. Open the store again.')
    }

    function endWithProcess(end: () => void): () => void {
      const stop = () => {
        ends.delete(stop)
        end()
      }
      if (isClosed) end()
      else ends.add(stop)
      return stop
    }

    const passed =
      <Args extends readonly unknown[], Answer>(call: (...args: Args) => NowOrLater<Answer>) =>
      async (...args: Args): Promise<Answer> => {
        assertOpen()
        return call(...args)
      }

    return {
      append: passed((channel, entries, bounds, { settle, ...rest } = {}) =>
        kept.append(channel, entries, bounds, { ...rest, ...(settle && { settle: inLife(settle) }) }),
      ),
      redact: passed(kept.redact),
      read: passed(kept.read),
      heads: passed(kept.heads),
      follow: passed(async (channel, follower) => endWithProcess(await kept.follow(channel, follower))),
      signal: passed(kept.signal),
      claimsEpoch: passed(async () => outEpoch(await kept.claimsEpoch())),
      claim: passed(async (channel, key, { epoch, ...terms }) => {
        const claim = await kept.claim(channel, inLife(key), {
          ...terms,
          ...(epoch !== undefined && { epoch: inEpoch(epoch) }),
        })
        return { ...claim, epoch: outEpoch(claim.epoch) }
      }),
      settle: passed((channel, key, answer) => kept.settle(channel, inLife(key), answer)),
      release: passed((channel, key) => kept.release(channel, inLife(key))),
      readCheckpoint: passed(kept.readCheckpoint),
      writeCheckpoint: passed(kept.writeCheckpoint),
      presence: {
        key: passed(kept.presence.key),
        touch: passed(kept.presence.touch),
        expire: passed(kept.presence.expire),
        members: passed(kept.presence.members),
      },
      leadership: { lead: passed(kept.leadership.lead), resign: passed(kept.leadership.resign) },
      tell: passed(kept.tell),
      hear: passed(async (listener) => endWithProcess(await kept.hear(listener))),
      async close() {
        isClosed = true
        for (const end of [...ends]) end()
      },
    }
  }

  return {
    open,
    loseClaims() {
      lives++
    },
  }
}
