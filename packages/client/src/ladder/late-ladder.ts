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
  /** Whether a link of the top has spoken. The ladder may not hear of it at its time: a dead server has none to load. */
  let hasSpoken = false

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
      let link: Link | undefined
      let spokeMs = Infinity
      let isClosed = false
      const closed = (code: number, reason: string) => isClosed || events.closed(code, reason)

      if (top && (memory() ?? rung) === rung) {
        const heard: LinkEvents = {
          opened: events.opened,
          received(message) {
            if (spokeMs === Infinity) {
              hasSpoken = true
              memory(rung)
              spokeMs = clock.elapsed()
            }
            events.received(message)
          },
          async closed(code, reason) {
            const ageMs = clock.elapsed() - spokeMs
            // What the hub itself says came through.
            if (code < 4000 && ageMs < youngMs) {
              // Without the ladder the next link is one of the top again.
              const judged = climb().then(
                ({ ended }) => {
                  if (hasSpoken) ended(url, youngMs)
                  return ended(url, ageMs)
                },
                () => {},
              )
              // Which rung is next must be known before the client comes back.
              if (ageMs < 0) await judged
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
