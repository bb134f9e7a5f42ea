/**
 * What the leading tab does for all tabs of a browser: one link, one session, one subscription to each channel.
 *
 * The hub has one reader for a channel of this session, and a newer attempt takes the place of an older one. So the
 * subscribes of the tabs wait in line, one on its way at a time, under numbers of the board's own. The answer goes to
 * the tab that asked. To every other tab it is a delivery like any other: the tab takes what follows its own position,
 * or finds a gap and asks (I2). Nobody here needs to know where a tab stands.
 */
import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { unasked } from '../ports/transport.ts'

/** What a board works with. */
export interface SwitchboardParts {
  /** Sends to the hub. */
  send(message: ClientMessage): void
  /** Tells a tab, or without `to` every tab. */
  tell(message: ServerMessage, to?: string): void
}

/** Between the tabs and the hub. */
export interface Switchboard {
  /** A tab says something; `baro:connect` is not for the board. */
  fromTab(tab: string, message: ClientMessage): void
  /** The hub says something. */
  fromHub(message: ServerMessage): void
  /** A tab is gone, with all that it followed. */
  gone(tab: string): void
}

type Subscribe = Extract<ClientMessage, { type: 'baro:subscribe' }>

/** A channel that some tab follows. */
interface Line {
  readonly tabs: Set<string>
  /** Subscribes without an answer; the first is on its way. */
  readonly asks: { readonly tab: string; readonly message: Subscribe }[]
  /** The number under which the first went out. */
  attempt: number
}

/** Makes a board for a new session. */
export function createSwitchboard({ send, tell }: SwitchboardParts): Switchboard {
  const lines = new Map<string, Line>()
  let attempts = 0

  function ask(line: Line): void {
    const [next] = line.asks
    if (!next) return
    line.attempt = ++attempts
    send(numbered(next.message, line.attempt))
  }

  function leave(tab: string, channel: string): void {
    const { tabs } = lines.get(channel) ?? {}
    if (!tabs?.delete(tab) || tabs.size > 0) return
    lines.delete(channel)
    send({ type: 'baro:unsubscribe', payload: { channel } })
  }

  return {
    fromTab(tab, message) {
      switch (message.type) {
        case 'baro:subscribe': {
          const { channel } = message.payload
          const line = lines.get(channel) ?? { tabs: new Set(), asks: [], attempt: 0 }
          lines.set(channel, line)
          line.tabs.add(tab)
          if (line.asks.push({ tab, message }) === 1) ask(line)
          return
        }
        case 'baro:unsubscribe':
          return leave(tab, message.payload.channel)
        default:
          send(message)
      }
    },
    fromHub(message) {
      const { channel, attempt } = message.payload as { readonly channel?: string; readonly attempt?: number }
      const line = lines.get(channel ?? '')
      if (attempt === undefined || attempt !== line?.attempt) return tell(message)
      line.attempt = 0
      const answered = line.asks.shift()
      // What was refused is followed by nobody, so nobody needs to let go of it. A tab that has asked again waits for that.
      const isInLine = line.asks.some(({ tab }) => tab === answered?.tab)
      if (message.type === 'baro:error' && !isInLine && line.tabs.delete(answered?.tab ?? '') && !line.tabs.size)
        lines.delete(channel ?? '')
      tell(numbered(message, answered?.message.payload.attempt), answered?.tab)
      ask(line)
    },
    gone(tab) {
      for (const channel of [...lines.keys()]) leave(tab, channel)
    },
  }
}

/** The message, about the attempt of this number. */
function numbered<Message extends ClientMessage | ServerMessage>(
  message: Message,
  attempt: number | undefined,
): Message {
  return { ...message, payload: { ...message.payload, attempt } }
}

/**
 * What a tab hears of a message to the tab `to`, or to all. An answer to another tab is a delivery for this one. A reset,
 * or the end of the subscription, may have kept something from it: told that something follows a position where it may
 * not stand, it asks. A reset that nobody asked for is of all.
 */
export function asHeardBy(tab: string, message: ServerMessage, to: string | undefined): ServerMessage | undefined {
  const { payload } = message
  const { position = '', attempt, code, reason } = payload as Partial<Record<string, string>> & { attempt?: number }
  if (to === tab || (attempt === undefined && !to)) return message
  if (attempt === undefined) return undefined
  // A tab of another version changes nothing for this one, and its answer is still a sign of life of the link.
  if (code === 'outdated' || (message.type === 'baro:reset' && !to)) return numbered(message, unasked)
  // Where the newest publications were lost, a tab that has seen them is further than the reset: it must ask all the same (I4).
  const at = reason === 'beyond-head' ? '' : position
  return {
    type: 'baro:publications',
    payload: { follows: at, publications: [], ...payload, position: at },
  } as unknown as ServerMessage
}
