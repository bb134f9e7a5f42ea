import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import type { Link, LinkEvents, Transport } from '../ports/transport.ts'
import { asHeardBy, createSwitchboard, type Switchboard } from './switchboard.ts'
import type { FromLeader, FromTab } from './tab-message.ts'

/** What leading takes. */
export interface LeaderParts {
  readonly tab: string
  readonly transport: Transport
  readonly url: string
  /** The leading tab's own link. */
  readonly events: LinkEvents
  /** The secret of the leaders before. */
  readonly secret: string | undefined
  /** To the other tabs. */
  post(message: FromLeader): void
  /** Settles when the tab is gone. */
  whenGone(tab: string): Promise<unknown>
}

/** The tab that has the link, and passes messages on. */
export interface Leader extends Link {
  /** Another tab says something. */
  hear(said: FromTab): void
}

/** Opens the link. */
export function createLeader({ tab, transport, url, events, secret: known, post, whenGone }: LeaderParts): Leader {
  let secret = known
  let board: Switchboard | undefined
  /** The tabs that follow, the newest last. */
  const followers = new Set<string>()
  let connected: Extract<ServerMessage, { type: 'baro:connected' }> | undefined

  const announce = (to?: string, message?: ServerMessage | null) =>
    post({ leader: tab, isOpen: !!connected, rung: transport.rung, secret, to, message })

  const link = transport.open(url, {
    ...events,
    received(message) {
      if (message.type === 'baro:refreshed') {
        // Of this tab's token. To the others it is a sign of life.
        events.received(message)
        return board?.fromHub({ type: 'baro:heartbeat', payload: {} })
      }
      if (message.type !== 'baro:connected') return board?.fromHub(message)
      const { payload } = message
      // Under another secret a guest's publish would not be known again: it must not be sent a second time (I5).
      connected = { ...message, payload: { ...payload, claimsEpoch: payload.claimsEpoch + secret } }
      events.received(connected)
      announce()
    },
  })
  announce()

  function hear(said: FromTab): void {
    const { tab: from, user, message } = said
    // The hub needs one heartbeat of this session, that of the leading tab; for the others it is the leader they ask for.
    if (!message || (message.type === 'baro:heartbeat' && !message.payload.probe)) announce(from)
    // Before anybody may follow this leader, who speaks means the one before.
    else if (!connected) return
    else if (user !== connected.payload.user) announce(from, null)
    else if (message.type === 'baro:connect') {
      if (!followers.has(from))
        whenGone(from).then(
          () => {
            followers.delete(from)
            board?.gone(from)
          },
          () => {},
        )
      followers.add(from)
      announce(from, connected)
    } else board?.fromTab(from, message)
  }

  return {
    hear,
    close: () => link.close(),
    send(message: ClientMessage) {
      if (message.type !== 'baro:connect') return board?.fromTab(tab, message)
      secret ??= message.payload.client
      link.send({ ...message, payload: { ...message.payload, client: secret } })
      board = createSwitchboard({
        send: (sent) => link.send(sent),
        tell(told, to) {
          // What does not fit on this link has one of its own; for the leading tab's own channels, the newest follower goes.
          const isFull = (told.payload as { readonly code?: string }).code === 'too-many-subscriptions'
          const leaving = isFull && (to === tab ? [...followers].pop() : to)
          if (leaving) announce(leaving, null)
          if (to !== tab && !leaving) announce(to, told)
          const heard = asHeardBy(tab, told, to)
          if (heard) events.received(heard)
        },
      })
    },
  }
}
