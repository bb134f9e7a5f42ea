import { type Cancel, type ClientMessage, type Clock, closeCodes, systemClock } from '@baro/core'
import { type LadderEvent, ladderTransition, probeAfterMs, startLadder } from './ladder-machine.ts'
import type { RungMemory } from './rung-memory.ts'
import type { Link, LinkEvents, Transport } from './transport.ts'
import { connectUrl } from './transports/connect-url.ts'

/** What a ladder takes. */
export interface LadderOptions {
  /** From the best to the last resort. */
  readonly transports: readonly [Transport, ...Transport[]]
  /** Where it is remembered which rung worked on this network. Default: nowhere. */
  readonly memory?: RungMemory
  /** How long a link may be silent at first before it counts as swallowed, in milliseconds. Default 4,000. */
  readonly helloTimeoutMs?: number
  /** Whether the hub can be reached at all. Default: whether `…/health` answers within two seconds. */
  readonly isReachable?: (url: string) => Promise<boolean>
  readonly clock?: Clock
}

/**
 * Several transports as one: every link takes the highest rung that works. A rung that lets no first message through,
 * though the hub can be reached, is left for the next; from below, the higher ones are tried beside the running link, which goes on until a better one
 * has spoken. Positions are the same on every rung, so nothing is missed or doubled on the way (I6).
 */
export function createLadder(options: LadderOptions): Transport {
  const { transports, memory, helloTimeoutMs = 4_000, clock = systemClock } = options
  const isReachable = options.isReachable ?? ((url: string) => answersHealth(url, clock))
  let state = startLadder(
    Math.max(
      0,
      transports.findIndex(({ rung }) => rung === memory?.read()),
    ),
  )
  const current = (): Transport => transports[state.rung] ?? transports[0]

  function on(event: LadderEvent): void {
    state = ladderTransition(state, event, transports.length)
  }

  /** Opens the rung in use, or the next below that exists here at all: Node 20 has no WebSocket. */
  function openHighest(url: string, events: LinkEvents): Link {
    for (let left = transports.length; ; left--) {
      try {
        return current().open(url, events)
      } catch (error) {
        if (left === 1) throw error
        on({ type: 'mute' })
      }
    }
  }

  return {
    get rung() {
      return current().rung
    },
    open(url, events) {
      const openedMs = clock.elapsed()
      let hasSpoken = false
      let isOver = false
      let isEnding = false
      let isClosed = false
      let greeting: ClientMessage | undefined
      let cancelProbe: Cancel = () => {}

      /** The end of this link, told at most once. */
      const end = async (code: number, reason: string) => {
        if (isEnding || isOver) return
        isEnding = true
        stop()
        // A hub that is down answers on no rung; only one that can be reached says something about this one.
        if (hasSpoken) on({ type: 'broke', ageMs: clock.elapsed() - openedMs })
        else if (await isReachable(url)) on({ type: 'mute' })
        if (!isClosed) events.closed(code, reason)
      }
      const stop = () => {
        isOver = true
        cancelHello()
        cancelProbe()
      }
      const cancelHello = clock.after(helloTimeoutMs, () => {
        link.close(1000, '')
        end(1006, 'nothing was heard')
      })
      const probeLater = () => {
        if (state.rung > 0) cancelProbe = clock.after(probeAfterMs(state), probe)
      }
      const probe = () => {
        const above = transports.slice(0, state.rung)
        cancelProbe = tryEach(above, url, greeting, { clock, helloTimeoutMs }, (found) => {
          on(found === undefined ? { type: 'probed-in-vain' } : { type: 'probed', rung: found })
          if (found === undefined) return probeLater()
          // A drain without a wait: the client comes back at once, on the better rung, from where it stands.
          stop()
          link.close(1000, '')
          events.received({ type: 'baro:drain', payload: { reconnectInMs: 0 } })
          events.closed(closeCodes.drain, 'a better way was found')
        })
      }

      const link: Link = openHighest(url, {
        opened: events.opened,
        received(message) {
          if (isOver) return
          if (!hasSpoken) {
            hasSpoken = true
            cancelHello()
            memory?.write(current().rung)
            probeLater()
          }
          events.received(message)
        },
        closed: end,
      })
      return {
        send(message) {
          greeting ??= message
          link.send(message)
        },
        close(code, reason) {
          isClosed = true
          stop()
          link.close(code, reason)
        },
      }
    },
  }
}

/** How long the hub may take to say that it is there. */
const healthTimeoutMs = 2_000

async function answersHealth(url: string, clock: Clock): Promise<boolean> {
  const abort = new AbortController()
  const cancel = clock.after(healthTimeoutMs, () => abort.abort())
  try {
    const health = connectUrl(url).replace(/connect$/, 'health')
    return (await fetch(health, { signal: abort.signal, cache: 'no-store' })).ok
  } catch {
    return false
  } finally {
    cancel()
  }
}

/** Opens one transport after the other until one speaks; tells its index, or nothing if none did. */
function tryEach(
  transports: readonly Transport[],
  url: string,
  greeting: ClientMessage | undefined,
  { clock, helloTimeoutMs }: { readonly clock: Clock; readonly helloTimeoutMs: number },
  found: (index: number | undefined) => void,
): Cancel {
  let cancelCurrent: Cancel = () => {}
  const attempt = (index: number): void => {
    const transport = transports[index]
    if (!transport) return found(undefined)
    let isOver = false
    const finish = (hasSpoken: boolean) => {
      if (isOver) return
      cancelCurrent()
      if (hasSpoken) found(index)
      else attempt(index + 1)
    }
    const link = openProbe(transport, url, greeting, finish)
    const cancelHello = clock.after(helloTimeoutMs, () => finish(false))
    cancelCurrent = () => {
      isOver = true
      cancelHello()
      link?.close(1000, '')
    }
    if (!link) finish(false)
  }
  attempt(0)
  return () => cancelCurrent()
}

function openProbe(
  transport: Transport,
  url: string,
  greeting: ClientMessage | undefined,
  finish: (hasSpoken: boolean) => void,
): Link | undefined {
  const events: LinkEvents = {
    opened() {
      if (greeting) link?.send(greeting)
    },
    received: () => finish(true),
    closed: () => finish(false),
  }
  let link: Link | undefined
  try {
    link = transport.open(url, events)
  } catch {}
  return link
}
