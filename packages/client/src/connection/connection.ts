import type { Cancel, Clock, Randomness } from '@baro/core/broker'
import { type ClientMessage, isFinalClose, protocolVersion, type ServerMessage } from '@baro/core/protocol'
import type { ClientLog } from '../changes/client-log.ts'
import { same } from '../changes/same.ts'
import { runMachine } from '../machine/run-machine.ts'
import { watchSleep } from '../page/sleep.ts'
import { browserWake, type Wake } from '../page/wake.ts'
import type { Link, Transport } from '../ports/transport.ts'
import {
  type ConnectionEvent,
  type ConnectionRules,
  connectionTransition,
  noToken,
  startConnection,
} from './connection-machine.ts'
import { connectionStatus, idleStatus, type Status } from './status.ts'

/** A token, or what gives one. */
export type Token = string | (() => string | undefined | Promise<string | undefined>)

/** What a connection works with, and whom it tells. */
export interface ConnectionParts extends ConnectionRules {
  /** Default `/baro`. */
  readonly url?: string | undefined
  readonly transport: Transport
  readonly clock: Clock
  readonly randomness: Randomness
  /** Default: that of the browser. */
  readonly wake?: Wake | undefined
  readonly log: ClientLog
  /** The client's secret, the scope of a guest's publish ids. */
  readonly secret: string
  readonly token?: Token | undefined
  /**
   * `link-up`: `baro:connect` is out. Messages may follow at once; the hub takes them up when it has let the client in.
   * `link-down`: what was sent since and not answered is lost.
   */
  linkChanged(type: 'link-up' | 'link-down'): void
  received(message: ServerMessage): void
  statusChanged(status: Status): void
}

/** The one connection of a client. */
export interface Connection {
  readonly status: Status
  /** Whether `baro:connect` is out, so that messages may follow it. */
  readonly isLinked: boolean
  send(message: ClientMessage): void
  dispatch(event: ConnectionEvent): void
}

/** A wait that every clock can do: `setTimeout` takes 24 days. */
const longestWaitMs = 1e9

/** Makes a connection; it opens once it is wanted. */
export function createConnection(parts: ConnectionParts): Connection {
  const { clock, transport, log, url = '/baro', wake = browserWake } = parts
  let link: Link | undefined
  let isLinked = false
  let stopListening: (() => void) | undefined
  let stopWatching: (() => void) | undefined
  let isOffline = false
  let isUnseen = false
  let status = idleStatus
  /** Whoever had a token is nobody without one. */
  let hadToken = false
  let cancelRefresh: Cancel | undefined

  const machine = runMachine({
    clock,
    initial: startConnection,
    transition: (state, event: ConnectionEvent) =>
      connectionTransition(state, event, parts, { fraction: parts.randomness.fraction(), isOffline, isUnseen }),
    perform(action) {
      if (action === 'open-link') openLink(machine.state.attempt)
      else if (action === 'send-connect') sendConnect(machine.state.attempt)
      else if (action === 'probe') send({ type: 'baro:heartbeat', payload: { probe: true } })
      else closeLink()
    },
    settled() {
      const next = same(status, connectionStatus(machine.state, transport.rung))
      if (next === status) return
      status = next
      if (status.state === 'closed') {
        stopListening = stopListening?.() as undefined
        // What the page says from here on is not heard, so nothing would take it back.
        isOffline = isUnseen = false
      }
      parts.statusChanged(status)
    },
  })

  function dispatch(event: ConnectionEvent): void {
    if (event.type === 'restart') hadToken = false
    machine.dispatch(event)
  }

  function openLink(attempt: number): void {
    stopListening ??= wake.listen({
      woke() {
        isOffline = isUnseen = false
        dispatch({ type: 'woke' })
      },
      hidden: () => dispatch({ type: 'hidden' }),
      offline() {
        isOffline = true
        dispatch({ type: 'offline' })
      },
      unseen() {
        isUnseen = true
        // A browser has six HTTP/1.1 connections for an origin: six tabs that hold one each, and the seventh never loads.
        if (!transport.isShared && /sse|long/.test(transport.rung)) dispatch({ type: 'hidden' })
      },
    })
    stopWatching = watchSleep(clock, () => dispatch({ type: 'slept' }))
    try {
      link = transport.open(url, {
        opened: () => dispatch({ type: 'linked', attempt }),
        received: (message) => receive(attempt, message),
        closed: (code, words) =>
          dispatch({ type: 'lost', attempt, reason: `${code} ${words}`, isFinal: isFinalClose(code) }),
      })
    } catch (error) {
      log.error(`${error}`)
      dispatch({ type: 'lost', attempt, reason: 'bad-definition', isFinal: true })
    }
  }

  function closeLink(): void {
    stopWatching?.()
    cancelRefresh?.()
    link?.close()
    link = undefined
    if (!isLinked) return
    isLinked = false
    parts.linkChanged('link-down')
  }

  /** Tells what `token` gives, `null` if it fails. Nobody is told once the link is another one. */
  async function askToken(tell: (token?: string | null) => void): Promise<void> {
    const asked = link
    const { token } = parts
    let given: string | null | undefined
    try {
      given = await (typeof token === 'function' ? token() : token)
    } catch (error) {
      log.warn(`No token: ${error}`)
      given = null
    }
    if (link === asked) tell(given)
  }

  /** A token is asked for again for each link: the one before may have expired. */
  function sendConnect(attempt: number): void {
    const greet = (token?: string | null): void => {
      if (token === null || (hadToken && !token)) return dispatch({ type: 'lost', attempt, reason: noToken })
      hadToken = !!token
      isLinked = true
      const payload = { protocol: protocolVersion, client: parts.secret, ...(token && { token }) }
      send({ type: 'baro:connect', payload })
      parts.linkChanged('link-up')
    }
    if (parts.token) askToken(greet)
    else greet()
  }

  /**
   * Renews the token before it expires; again and again while there is no new one, and then the link is lost. A fifth of
   * its time is left for that, or 5 seconds, as an issuer far away and a hub may take; of a short one half.
   */
  function refreshIn(leftMs: number): void {
    const { attempt } = machine.state
    const waitMs = Math.min(Math.max(0.5 * leftMs, leftMs - 5_000), 0.8 * leftMs, longestWaitMs)
    cancelRefresh?.()
    cancelRefresh = clock.after(waitMs, () =>
      askToken((token) => {
        if (token) send({ type: 'baro:refresh', payload: { token } })
        else if (leftMs - waitMs > 1_000) refreshIn(leftMs - waitMs)
        else dispatch({ type: 'lost', attempt, reason: noToken })
      }),
    )
  }

  function receive(attempt: number, message: ServerMessage): void {
    if (attempt !== machine.state.attempt) return
    try {
      // The hub is believed to speak the protocol: to check every field again would be a tenth of what a browser loads.
      dispatch({ ...message, attempt })
      const { expiresInMs } = message.payload as { readonly expiresInMs?: number }
      if (parts.token && expiresInMs !== undefined) refreshIn(expiresInMs)
      if (message.type === 'baro:heartbeat') send(message)
      parts.received(message)
    } catch (error) {
      log.error(`A message was left out: ${error}`)
    }
  }

  function send(message: ClientMessage): void {
    if (isLinked) link?.send(message)
  }

  return {
    get status() {
      return status
    },
    get isLinked() {
      return isLinked
    },
    send,
    dispatch,
  }
}
