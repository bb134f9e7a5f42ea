import {
  type Cancel,
  type ClientMessage,
  type Clock,
  closeCodes,
  createId,
  type Randomness,
  type ServerMessage,
} from '@baro/core'
import type { Link, LinkEvents, Rung, Transport } from '../transport.ts'
import { connectUrl } from '../transports/connect-url.ts'
import { createPollTransport } from '../transports/http.ts'
import { asDelivery, createSwitchboard, type Switchboard } from './switchboard.ts'

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

/** What tabs say to one another. */
type TabMessage =
  /** To whoever leads; without a message: who does? */
  | { readonly tab: string; readonly user?: string | undefined; readonly message?: ClientMessage }
  /** From the leader, to one tab or all. */
  | {
      readonly leader: string
      /** Whether its greeting is out, so that others may follow. */
      readonly isOpen: boolean
      readonly rung: Rung
      readonly secret: string | undefined
      readonly to?: string | undefined
      /** Absent: it is there. `null`: you are somebody else than the one it speaks for. */
      readonly message?: ServerMessage | null
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
  const { clock, randomness, identify = askWhoThisIs(clock) } = options
  const { locks, BroadcastChannel } = {
    locks: globalThis.navigator?.locks,
    BroadcastChannel: globalThis.BroadcastChannel,
    ...options,
  }
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
      const waiting = new AbortController()
      const releases: (() => void)[] = []
      let cancelCheck: Cancel = () => {}
      let leader: string | undefined
      let wasHeard = false
      let link: Link | undefined
      let board: Switchboard | undefined
      let connected: Extract<ServerMessage, { type: 'baro:connected' }> | undefined
      let early: Extract<TabMessage, { tab: string }>[] = []
      const known = new Set<string>()
      let isOver = false
      let user: Promise<string | undefined> | undefined

      const end = () => {
        isOver = true
        cancelCheck()
        waiting.abort()
        for (const release of releases) release()
        channel.close()
        link?.close(1000, '')
      }
      const closed = (code: number, reason: string) => {
        if (isOver) return
        end()
        events.closed(code, reason)
      }
      /** Comes back at once, from where it stands. */
      const comeBack = () => {
        if (isOver) return
        events.received({ type: 'baro:drain', payload: { reconnectInMs: 0 } })
        closed(closeCodes.drain, 'the leading tab is gone')
      }
      const hold = (lock: string, lockOptions: LockOptions, held: () => void) => {
        const keep = () =>
          isOver ||
          new Promise<void>((release) => {
            releases.push(release)
            held()
          })
        // Refused if it was stolen, or not waited for any longer.
        locks.request(lock, lockOptions, keep).catch(comeBack)
      }
      const post = (message: TabMessage) => isOver || channel.postMessage(message)
      const take = (message: ServerMessage, to: string | undefined) => {
        const isAnswer = 'attempt' in message.payload
        if (to === tab || !(to || isAnswer)) events.received(message)
        else if (isAnswer) events.received(asDelivery(message))
        if (message.type === 'baro:drain') closed(closeCodes.drain, '')
      }
      const announce = (to?: string, message?: ServerMessage | null) =>
        post({ leader: tab, isOpen: !!board, rung: transport.rung, secret, to, message: message as ServerMessage })
      const tell = (message: ServerMessage, to?: string) => {
        if (to !== tab) announce(to, message)
        if (to === tab || to === undefined || 'attempt' in message.payload) take(message, to)
      }

      function lead(): void {
        // Who was followed is gone.
        if (leader) return comeBack()
        leader = tab
        cancelCheck()
        link = transport.open(url, { opened: events.opened, received: fromHub, closed })
        announce()
      }
      function greet(message: Extract<ClientMessage, { type: 'baro:connect' }>): void {
        secret ??= message.payload.client
        link?.send({ ...message, payload: { ...message.payload, client: secret } })
        board = createSwitchboard({ send: (sent) => link?.send(sent), tell })
        announce()
      }
      function fromHub(message: ServerMessage): void {
        if (message.type !== 'baro:connected') return board?.fromHub(message)
        // Under another secret an unanswered publish of a guest would not be known again.
        connected = { ...message, payload: { ...message.payload, claimsEpoch: message.payload.claimsEpoch + secret } }
        events.received(connected)
        for (const said of early) hear(said)
        early = []
      }
      /** What the leader hears from another tab. */
      function hear(said: Extract<TabMessage, { tab: string }>): void {
        const { message } = said
        if (!message) return announce(said.tab) as undefined
        if (!connected) return early.push(said) as unknown as undefined
        if (said.user !== connected.payload.user) return announce(said.tab, null) as undefined
        if (message.type === 'baro:connect') {
          announce(said.tab, connected)
          if (!known.has(said.tab))
            locks
              ?.request(`${name} ${said.tab}`, { signal: waiting.signal }, () => board?.gone(said.tab))
              .catch(() => {})
          known.add(said.tab)
        } else board?.fromTab(said.tab, message)
      }
      function check(): void {
        wasHeard = false
        post({ tab })
        cancelCheck = clock.after(leaderTimeoutMs, () => {
          if (wasHeard) cancelCheck = clock.after(leaderCheckMs, check)
          else hold(name, { steal: true }, lead)
        })
      }

      channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
        if (isOver) return
        if ('tab' in data) {
          if (leader === tab) hear(data)
          return
        }
        if (leader === tab) return
        if (leader && leader !== data.leader) return comeBack()
        wasHeard = true
        ;({ rung, secret } = data)
        if (data.isOpen && !leader) {
          leader = data.leader
          events.opened()
        }
        if (data.message === null) {
          if (data.to !== tab) return
          isAlone = true
          comeBack()
        } else if (data.message) take(data.message, data.to)
      }
      hold(`${name} ${tab}`, {}, () => {})
      hold(name, { signal: waiting.signal }, lead)
      check()

      return {
        send(message) {
          if (leader !== tab) {
            if (message.type === 'baro:connect') user = identify(url, message, { closed })
            user?.then((found) => post({ tab, user: found, message }))
          } else if (message.type === 'baro:connect') greet(message)
          else board?.fromTab(tab, message)
        },
        close: end,
      }
    },
  }
}

function askWhoThisIs(clock: Clock): NonNullable<SharedTransportOptions['identify']> {
  return (url, greeting, { closed }) =>
    new Promise((resolve) => {
      const received = (message: ServerMessage) => {
        if (message.type === 'baro:connected') resolve(message.payload.user)
      }
      const link: Link = createPollTransport({ clock }).open(url, {
        opened: () => link.send(greeting),
        received,
        closed,
      })
    })
}
