import type { Cancel, Clock } from '@baro/core/broker'
import type { ClientMessage } from '@baro/core/protocol'
import type { RungMemory } from '../page/rung-memory.ts'
import { moved, type Transport } from '../ports/transport.ts'
import { connectUrl } from '../transports/connect-url.ts'
import { openHeard, youngMs } from './heard-link.ts'
import { type LadderEvent, ladderTransition, startLadder } from './ladder-machine.ts'

/** What a ladder takes. */
export interface LadderOptions {
  /** At least one, from the best to the last resort. */
  readonly transports: readonly Transport[]
  /** Where it is remembered which rung worked on this network. */
  readonly memory: RungMemory
  /** How long a link may be silent at first before it counts as swallowed, in milliseconds. Default 4,000. */
  readonly helloTimeoutMs?: number
  /** Whether the hub can be reached at all. Default: whether `…/health` answers within two seconds. */
  readonly isReachable?: (url: string) => Promise<boolean>
  readonly clock: Clock
}

/** Several transports as one. */
export interface Ladder extends Transport {
  /**
   * A link of the rung in use has ended, `ageMs` after its first message; below 0, before that. Resolves once
   * it is known which rung is next.
   */
  ended(url: string, ageMs: number): Promise<void>
}

/**
 * Several transports as one: every link takes the highest rung that works. A rung that lets no first message through,
 * though the hub can be reached, is left for the next; from below, the higher ones are tried beside the running link,
 * which goes on until a better one has spoken. Positions are the same on every rung, so nothing is missed or doubled on
 * the way (I6).
 */
export function createLadder(options: LadderOptions): Ladder {
  const { transports, memory, helloTimeoutMs, isReachable = answersHealth, clock } = options
  const remembered = transports.findIndex(({ rung }) => rung === memory())
  let state = startLadder(Math.max(0, remembered))
  /** When the rungs above are tried. A link that comes and goes does not put it off: a proxy may cut each after a minute. */
  let probeAtMs: number | undefined
  // The state counts within them.
  const current = () => transports[state.rung] as Transport

  function on(event: LadderEvent): void {
    state = ladderTransition(state, event, transports.length)
  }

  async function ended(url: string, ageMs: number): Promise<void> {
    if (ageMs >= youngMs) on({ type: 'lived' })
    // A hub that is down answers on no rung, and cuts them all; only one that can be reached says something about this one.
    else if (await isReachable(url)) on({ type: ageMs < 0 ? 'mute' : 'cut' })
  }

  return {
    ended,
    get rung() {
      return current().rung
    },
    open(url, events) {
      let spokeMs = Infinity
      let isClosed = false
      let greeting: ClientMessage | undefined
      let cancelProbe: Cancel = () => {}

      function probeLater(): void {
        if (state.rung === 0) return
        probeAtMs ??= clock.elapsed() + state.probeAfterMs
        cancelProbe = clock.after(probeAtMs - clock.elapsed(), () => probe(0))
      }

      /** Tries the rungs above, one after the other, beside the running link. */
      function probe(rung: number): void {
        const transport = transports[rung]
        if (!transport || rung === state.rung) {
          on({ type: 'probed', rung })
          probeAtMs = undefined
          return probeLater()
        }
        const probed = openHeard(
          transport,
          url,
          {
            opened: () => greeting && probed.send(greeting),
            received() {
              on({ type: 'probed', rung })
              probeAtMs = undefined
              // On the better rung.
              events.received(moved)
            },
            closed: () => probe(rung + 1),
          },
          clock,
          helloTimeoutMs,
        )
        cancelProbe = probed.close
      }

      function close(): void {
        isClosed = true
        cancelProbe()
        link.close()
      }

      const link = openHeard(
        current(),
        url,
        {
          opened: events.opened,
          received(message) {
            if (spokeMs === Infinity) {
              spokeMs = clock.elapsed()
              on({ type: 'spoke' })
              memory(current().rung)
              probeLater()
            }
            events.received(message)
          },
          async closed(code, reason) {
            cancelProbe()
            // What the hub itself says came through.
            if (code < 4000) await ended(url, clock.elapsed() - spokeMs)
            if (!isClosed) events.closed(code, reason)
          },
        },
        clock,
        helloTimeoutMs,
      )
      return {
        send(message) {
          greeting ??= message
          link.send(message)
        },
        close,
      }
    },
  }
}

/** How long the hub may take to say that it is there. */
const healthTimeoutMs = 2_000

/** How long is up to the browser, as all of this request is: nothing of it could be tried with a fake clock. */
function answersHealth(url: string): Promise<boolean> {
  return fetch(connectUrl(url, 'health'), { signal: AbortSignal.timeout(healthTimeoutMs) }).then(
    ({ ok }) => ok,
    () => false,
  )
}
