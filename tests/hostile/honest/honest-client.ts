import type { Rung, Transport } from '@baro/client'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import { createClient } from '@baro/client/websocket'
import { parseAt } from '@baro/core/protocol'
import { WebSocket } from 'ws'
import { desk, room } from '../channels.ts'
import { fetchFrom } from './request-from.ts'

/** Somebody who does nothing wrong. */
export interface HonestClient {
  readonly rung: Rung
  /** The channel that it follows and speaks in. */
  readonly channel: string
  /** Offsets of what it has got, in the order in which it came. */
  readonly offsets: readonly number[]
  /** Offsets of what it was told to do without, because a fresh snapshot has it. */
  readonly covered: ReadonlySet<number>
  readonly isLive: boolean
  /** Says something. */
  say(n: number): Promise<unknown>
  close(): void
}

/** Who a client is, and what is told of it. */
export interface HonestParts {
  readonly name: string
  readonly rung: Rung
  readonly url: string
  readonly localAddress: string
  readonly place: { readonly of: 'room' | 'desk'; readonly id: string }
  readonly isUser: boolean
  /** Something that an honest client said has arrived. */
  heard(from: string, n: number): void
  /** A question that is answered at once was answered. */
  answered(askedAtMs: number): void
  /** It was refused something, or sent away. */
  refused(why: string): void
  /** It had to begin anew. */
  reset(reason: string): void
}

const pollIntervalMs = 200

/** Makes a client of the SDK that follows one channel by one rung, from an address of its own. */
export function createHonestClient(parts: HonestParts): HonestClient {
  const { name, rung, url, place, isUser } = parts
  const offsets: number[] = []
  const covered = new Set<number>()
  const client = createClient({
    url,
    transport: watched(transportOf(parts), {
      refused: parts.refused,
      reset(reason, position) {
        const to = parseAt(position)?.offset ?? 0
        for (let offset = (offsets.at(-1) ?? 0) + 1; offset <= to; offset++) covered.add(offset)
        parts.reset(reason)
      },
    }),
    ...(isUser && { token: () => `user-${name}` }),
    log: { info() {}, warn() {}, error() {} },
  })
  // Both take the same event, and nothing else of them is used.
  const definition = (place.of === 'room' ? room : desk) as typeof room
  const subscription = client.subscribe(definition, definition({ id: place.id }))
  subscription.onPublication(({ offset, payload }) => {
    offsets.push(offset)
    parts.heard(payload.from, payload.n)
  })
  return {
    rung,
    channel: subscription.channel,
    offsets,
    covered,
    get isLive() {
      return subscription.current.status.state === 'live'
    },
    say: (n) => subscription.publish('said', { from: name, n }),
    close: () => client.close(),
  }
}

function transportOf({ rung, localAddress, answered }: HonestParts): Transport {
  if (rung === 'websocket') {
    class WebSocketFrom extends WebSocket {
      constructor(url: string) {
        super(url, { localAddress })
      }
    }
    return createWebSocketTransport({ WebSocket: WebSocketFrom })
  }
  // A poll is as late as its interval is long: what the hub can do about it is to answer at once.
  const fetch = fetchFrom(
    localAddress,
    (asked, askedAtMs) => rung === 'poll' && asked.endsWith('wait=0') && answered(askedAtMs),
  )
  return createHttpTransport(rung, { fetch, pollIntervalMs })
}

/** The transport, with an ear at its links: the SDK would mend in silence what must not happen to the honest. */
function watched(
  transport: Transport,
  told: { refused(why: string): void; reset(reason: string, position: string): void },
): Transport {
  const { refused, reset } = told
  return {
    ...transport,
    open: (url, events) =>
      transport.open(url, {
        ...events,
        received(message) {
          if (message.type === 'baro:error') refused(message.payload.code)
          if (message.type === 'baro:drain') refused('drained')
          if (message.type === 'baro:reset') reset(message.payload.reason, message.payload.position)
          events.received(message)
        },
        closed(code, reason) {
          refused(`closed ${code} ${reason}`)
          events.closed(code, reason)
        },
      }),
  }
}
