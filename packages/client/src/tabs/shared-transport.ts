import type { Clock, Randomness } from '@baro/core/broker'
import { type ClientMessage, createId, type ServerMessage } from '@baro/core/protocol'
import { runMachine } from '../machine/run-machine.ts'
import type { LinkEvents, Transport } from '../ports/transport.ts'
import { connectUrl } from '../transports/connect-url.ts'
import { bodyOf, postMessages, readMessages } from '../transports/post-messages.ts'
import { createLeader, type Leader } from './leader.ts'
import { startTab, type TabAction, type TabEvent, type TabState, tabTransition } from './tab-machine.ts'
import type { FromLeader, FromTab } from './tab-message.ts'

/** What sharing a link takes. */
export interface SharedTransportOptions {
  readonly clock: Clock
  readonly randomness: Randomness
  /** Default: `navigator.locks` of a page or worker of a browser. */
  readonly locks?: Pick<LockManager, 'request'> | undefined
  /** Default: the browser's. */
  readonly BroadcastChannel?: typeof BroadcastChannel | undefined
  /** Who the hub says this tab is, given its `baro:connect`. Default: it is asked by a request of this tab's own. */
  readonly identify?: (
    url: string,
    greeting: ClientMessage,
    events: Pick<LinkEvents, 'closed'>,
    /** Aborted once nobody needs to know any more. */
    signal: AbortSignal,
  ) => Promise<Connected>
}

/** What the hub said of a tab alone. */
interface Connected {
  readonly user?: string
  readonly expiresInMs?: number
}

/**
 * One link for all tabs of a browser and origin. The tab that holds the lock opens it and passes messages on; the others
 * speak through it. When it goes, or freezes, another takes the lock, and everybody continues from its position.
 *
 * A tab never speaks as somebody else: it asks the hub by a request of its own who it is, and the leader takes it up
 * only if that is who its own session belongs to. Otherwise the tab has its own link from then on.
 */
export function createSharedTransport(transport: Transport, options: SharedTransportOptions): Transport {
  const {
    clock,
    randomness,
    identify = askWhoThisIs,
    // Node 24 has locks too, and no tabs: clients of one program are several sessions.
    locks = globalThis.location && globalThis.navigator?.locks,
    BroadcastChannel = globalThis.BroadcastChannel,
  } = options
  // Without them, each tab has its own.
  if (!locks || !BroadcastChannel) return transport
  /** What the next link begins with. */
  let kept: Pick<TabState, 'rung' | 'secret' | 'isAlone' | 'isDoubted'> = {}

  return {
    get rung() {
      return kept.rung ?? transport.rung
    },
    get isShared() {
      return !kept.isAlone
    },
    open(url, events) {
      const name = `baro ${connectUrl(url)}`
      const tab = createId(randomness)
      const letGo = new AbortController()
      const { signal } = letGo
      const over = new Promise((resolve) => signal.addEventListener('abort', resolve))
      let channel: BroadcastChannel | undefined
      let leader: Leader | undefined
      let greeting: Greeting | undefined
      let asked: Promise<Connected> | undefined
      let own: Connected = {}

      try {
        channel = kept.isAlone ? undefined : new BroadcastChannel(name)
      } catch {
        // It is there, and refuses.
        kept = { isAlone: true }
      }
      if (!channel) return transport.open(url, events)
      const post = (message: FromTab | FromLeader) => {
        try {
          if (!signal.aborted) channel.postMessage(message)
        } catch {
          dispatch({ type: 'refused', isMute: true })
        }
      }

      const machine = runMachine<TabState, TabEvent, TabAction>({
        clock,
        initial: startTab(kept),
        transition: (state, event) => tabTransition(state, event, tab),
        perform(action) {
          switch (action.type) {
            case 'ask':
              post({ tab })
              break
            case 'lead':
              leader = createLeader({
                tab,
                transport,
                url,
                secret: kept.secret,
                post,
                events: { ...events, closed },
                whenGone: (other) => locks.request(`${name} ${other}`, { signal }, () => {}),
              })
              break
            case 'steal':
              hold(name, { steal: true }, granted)
              break
            case 'opened':
              events.opened()
              break
            case 'tell':
              events.received(action.message.type === 'baro:connected' ? asOwn(action.message, own) : action.message)
              break
            case 'release':
              letGo.abort()
              channel.close()
              leader?.close()
          }
        },
        settled() {
          kept = machine.state
        },
      })
      const { dispatch } = machine
      const granted = () => dispatch({ type: 'granted' })
      const closed = (code: number, reason: string) => {
        if (signal.aborted) return
        dispatch({ type: 'close' })
        events.closed(code, reason)
      }
      /** Until the link is over. */
      const hold = async (lock: string, how: LockOptions, held: () => void) => {
        try {
          await locks.request(lock, how, () => {
            held()
            return over
          })
        } catch {
          // It was stolen, or the browser has no locks for this page.
          dispatch({ type: 'refused' })
        }
      }

      channel.onmessage = ({ data }: MessageEvent<FromTab | FromLeader>) => {
        if ('leader' in data) dispatch({ type: 'said', said: data })
        else leader?.hear(data)
      }
      hold(`${name} ${tab}`, {}, () => {})
      hold(name, { signal }, granted)
      dispatch({ type: 'due' })
      return {
        send(message) {
          if (leader) return leader.send(message)
          if (message.type === 'baro:heartbeat' && message.payload.probe) dispatch({ type: 'doubted' })
          let said = message
          // A new token is this tab's own: it says again who it is, and the leader looks whether that is still the same.
          if (said.type === 'baro:refresh' && greeting)
            said = { ...greeting, payload: { ...greeting.payload, ...said.payload } }
          if (said.type === 'baro:connect') {
            greeting = said
            asked = identify(url, said, { closed }, signal)
          }
          asked?.then((found) => {
            own = found
            post({ tab, user: found.user, message: said })
          })
        },
        close: () => dispatch({ type: 'close' }),
      }
    },
  }
}

type Greeting = Extract<ClientMessage, { type: 'baro:connect' }>

/** A tab's own token expires at its own time, whatever that of the leading tab does. */
function asOwn(message: ServerMessage, { expiresInMs }: Connected): ServerMessage {
  // An optional field that is `undefined` is read like one that is not there.
  return { ...message, payload: { ...message.payload, expiresInMs } } as ServerMessage
}

/** By a session of its own, which asks for nothing else. */
const askWhoThisIs: NonNullable<SharedTransportOptions['identify']> = (url, greeting, { closed }, signal) =>
  new Promise((resolve) =>
    postMessages({
      url: `${connectUrl(url)}?wait=0`,
      body: bodyOf([greeting]),
      signal,
      async read(response) {
        const [first] = await readMessages(response)
        if (first?.type === 'baro:connected') resolve(first.payload)
        else closed(1006, 'no answer')
      },
      failed: closed,
    }),
  )
