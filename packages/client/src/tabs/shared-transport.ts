import {
  type Cancel,
  type ClientMessage,
  type Clock,
  createId,
  drainCode,
  type Randomness,
  type ServerMessage,
} from '@baro/core'
import type { Link, LinkEvents, Rung, Transport } from '../transport.ts'
import { connectUrl } from '../transports/connect-url.ts'
import { createHttpTransport } from '../transports/http.ts'
import { createLeader, type Leader } from './leader.ts'
import { asDelivery } from './switchboard.ts'
import type { FromLeader, FromTab } from './tab-message.ts'

/** What sharing a link takes. */
export interface SharedTransportOptions {
  readonly clock: Clock
  readonly randomness: Randomness
  /** Default: the browser's, `navigator.locks`. */
  readonly locks?: Pick<LockManager, 'request'> | undefined
  /** Default: the browser's. */
  readonly BroadcastChannel?: typeof BroadcastChannel | undefined
  /** Who the hub says this tab is, given its `baro:connect`. Default: it is asked by a request of this tab's own. */
  readonly identify?: (
    url: string,
    greeting: ClientMessage,
    events: Pick<LinkEvents, 'closed'>,
  ) => Promise<string | undefined>
}

/** A leader that does not answer for so long is frozen, and loses the lead. */
const leaderTimeoutMs = 2_000
const leaderCheckMs = 8_000

/**
 * One link for all tabs of a browser and origin. The tab that holds the lock opens it and passes messages on; the others
 * speak through it. When it goes, or freezes, another takes the lock, and everybody continues from its position.
 *
 *   waiting ── lock granted ──▶ leading ── link closed, lock stolen ──▶ over
 *      │                                                                 ▲
 *      └── a leader is open ──▶ following ── lock granted (it is gone), ─┘
 *                                  another leads, or it speaks for somebody else
 *
 * A tab never speaks as somebody else: it asks the hub by a request of its own who it is, and the leader takes it up
 * only if that is who its own session belongs to. Otherwise the tab has its own link from then on.
 */
export function createSharedTransport(transport: Transport, options: SharedTransportOptions): Transport {
  const {
    clock,
    randomness,
    identify = askWhoThisIs(clock),
    locks = globalThis.navigator?.locks,
    BroadcastChannel = globalThis.BroadcastChannel,
  } = options
  // Without them, each tab has its own.
  if (!locks || !BroadcastChannel) return transport
  /** The rung of the leader that this tab follows. */
  let rung: Rung | undefined
  /** The secret of all tabs: what a guest has sent through one leader is the same guest's through the next (I5). */
  let secret: string | undefined
  let isAlone = false

  return {
    get rung() {
      return rung ?? transport.rung
    },
    get isShared() {
      return !isAlone
    },
    open(url, events) {
      rung = undefined
      if (isAlone) return transport.open(url, events)
      const name = `baro ${connectUrl(url)}`
      const tab = createId(randomness)
      const channel = new BroadcastChannel(name)
      const life = new AbortController()
      const { signal } = life
      const over = new Promise((resolve) => signal.addEventListener('abort', resolve))
      let cancelCheck: Cancel = () => {}
      /** Once this tab leads. */
      let own: Leader | undefined
      /** Once it follows. */
      let followed: string | undefined
      let wasHeard = false
      let user: Promise<string | undefined> | undefined

      const end = () => {
        cancelCheck()
        life.abort()
        channel.close()
        own?.close()
      }
      const closed = (code: number, reason: string) => {
        if (signal.aborted) return
        end()
        events.closed(code, reason)
      }
      /** Comes back at once, from where it stands. */
      const comeBack = () => {
        if (signal.aborted) return
        events.received({ type: 'baro:drain', payload: { reconnectInMs: 0 } })
        closed(drainCode, 'moved')
      }
      const received = (message: ServerMessage, to?: string) => {
        const isAnswer = 'attempt' in message.payload
        if (to === tab || !(to || isAnswer)) events.received(message)
        else if (isAnswer) events.received(asDelivery(message))
        if (message.type === 'baro:drain') closed(drainCode, '')
      }
      const hold = (lock: string, how: LockOptions, held: () => void) => {
        const keep = () => {
          if (!signal.aborted) held()
          return over
        }
        // Refused if it was stolen, or is not waited for any longer.
        locks.request(lock, how, keep).catch(comeBack)
      }
      const post = (message: FromTab | FromLeader) => signal.aborted || channel.postMessage(message)

      const lead = (): void => {
        // Who was followed is gone.
        if (followed) return comeBack()
        cancelCheck()
        own = createLeader({
          tab,
          transport,
          url,
          secret,
          post,
          events: { opened: events.opened, received, closed },
          whenGone: (other) => locks.request(`${name} ${other}`, { signal }, () => {}),
        })
      }
      function follow({ leader, isOpen, to, message, ...said }: FromLeader): void {
        if (followed && followed !== leader) return comeBack()
        wasHeard = true
        ;({ rung, secret } = said)
        if (isOpen && !followed) {
          followed = leader
          events.opened()
        }
        if (message) received(message, to)
        else if (message === null && to === tab) {
          isAlone = true
          comeBack()
        }
      }
      function check(): void {
        wasHeard = false
        post({ tab })
        cancelCheck = clock.after(leaderTimeoutMs, () => {
          if (wasHeard) cancelCheck = clock.after(leaderCheckMs, check)
          else hold(name, { steal: true }, lead)
        })
      }

      channel.onmessage = ({ data }: MessageEvent<FromTab | FromLeader>) => {
        if (signal.aborted) return
        if ('tab' in data) own?.hear(data)
        else if (!own) follow(data)
      }
      hold(`${name} ${tab}`, {}, () => {})
      hold(name, { signal }, lead)
      check()

      return {
        send(message) {
          if (own) return own.send(message)
          if (message.type === 'baro:connect') user = identify(url, message, { closed })
          user?.then((found) => post({ tab, user: found, message }))
        },
        close: end,
      }
    },
  }
}

function askWhoThisIs(clock: Clock): NonNullable<SharedTransportOptions['identify']> {
  return (url, greeting, { closed }) =>
    new Promise((resolve) => {
      const link: Link = createHttpTransport('poll', { clock }).open(url, {
        opened: () => link.send(greeting),
        received: ({ type, payload }) => type === 'baro:connected' && resolve(payload.user),
        closed,
      })
    })
}
