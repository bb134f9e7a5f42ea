import type { Clock } from '@baro/core/broker'
import type { RungMemory } from '../page/rung-memory.ts'
import type { Link, LinkEvents, Rung, Transport } from '../ports/transport.ts'
import { connectUrl } from '../transports/connect-url.ts'
import { openHeard, youngMs } from './heard-link.ts'
import type { Ladder } from './ladder.ts'

/** What a ladder takes that is loaded late. */
export interface LateLadderOptions {
  /** The highest rung. */
  readonly rung: Rung
  /** Its transport, if the code of that is here; most networks need no other. */
  readonly top: Transport | undefined
  /** Where it is remembered which rung worked on this network. */
  readonly memory: RungMemory
  /** Loads the ladder; once it is there, it stays. */
  readonly load: () => Promise<Ladder>
  readonly clock: Clock
}

/**
 * A ladder whose code is loaded when it is needed: for a rung that is not here, or once a link of the top says something
 * about its network. A load that fails is a link that failed: the client backs off, and comes back from the top.
 */
export function createLateLadder({ rung, top, memory, load, clock }: LateLadderOptions): Transport {
  let ladder: Ladder | undefined
  /** The age of the last link of the top that spoke and ended, until a ladder knows. A dead server has no ladder to load. */
  let livedMs: number | undefined

  async function climb(): Promise<Ladder> {
    const loaded = await load()
    ladder ??= loaded
    return ladder
  }

  return {
    get rung() {
      return ladder?.rung ?? rung
    },
    open(url, events) {
      if (ladder) return ladder.open(url, events)
      const openedMs = clock.elapsed()
      let link: Link | undefined
      let hasSpoken = false
      let isClosed = false
      const closed = (code: number, reason: string) => isClosed || events.closed(code, reason)

      if (top && (memory() ?? rung) === rung) {
        const heard: LinkEvents = {
          opened: events.opened,
          received(message) {
            if (!hasSpoken) memory(rung)
            hasSpoken = true
            events.received(message)
          },
          async closed(code, reason) {
            const ageMs = clock.elapsed() - openedMs
            if (hasSpoken) livedMs = ageMs
            if (!hasSpoken || ageMs < youngMs) {
              // Without the ladder the next link is one of the top again.
              const judged = climb().then(
                ({ ended }) => {
                  if (livedMs !== undefined) ended(url, livedMs)
                  livedMs = undefined
                  if (!hasSpoken) return ended(url)
                },
                () => {},
              )
              // Which rung is next must be known before the client comes back.
              if (!hasSpoken) await judged
            }
            closed(code, reason)
          },
        }
        link = openHeard(top, url, heard, clock)
      } else {
        // What no try can mend is said at once.
        connectUrl(url)
        climb()
          .then((loaded) => {
            if (!isClosed) link = loaded.open(url, events)
          })
          .catch((error) => closed(1006, `${error}`))
      }
      return {
        send: (message) => link?.send(message),
        close() {
          isClosed = true
          link?.close()
        },
      }
    },
  }
}
