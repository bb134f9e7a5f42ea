/**
 * The life of the connection.
 *
 *   idle ── wanted ──▶ connecting ── linked ──▶ handshaking ── connected ──▶ live
 *    ▲                  ▲  │ lost, due              │ lost, due               │ lost, due, drain, hidden
 *    │ unwanted,        │  ▼                        ▼                         ▼
 *    │ restart          └─ waiting ◀────────────────┴─────────────────────────┘
 *    │         due, woke   │        woke, or doubted, with a link: it is probed, and left for the next if it stays silent
 *    │                     └ lost for good, or too many tries ──▶ gave-up
 *    └─ from anywhere (unwanted: not from gave-up or closed)      close, from anywhere ──▶ closed
 *
 * - Links are numbered through the whole life, so that what an old one still says is ignored.
 * - A link is doubted when the machine has slept, when the network is gone, and when a question has no answer.
 * - What arrives after a probe may have been on its way before the wire was cut. So it only gives the answer more time.
 * - Without a network nothing is tried, and the next sign of life is waited for. But a machine always reaches itself, so
 *   a link that answers its probe is kept.
 */
import type { ServerMessage } from '@baro/core/protocol'
import { type Backoff, backoffMs } from '../machine/backoff.ts'
import { patienceMs } from '../machine/patience.ts'
import { type DueEvent, type Step, step } from '../machine/run-machine.ts'

/** Where the connection stands. */
export interface ConnectionState {
  readonly name: 'idle' | 'connecting' | 'handshaking' | 'live' | 'waiting' | 'gave-up' | 'closed'
  /** Number of the newest link. */
  readonly attempt: number
  /** Links since one last proved to work. */
  readonly tries: number
  /** Why it waits or gave up, or why its link is doubted. */
  readonly reason?: string | undefined
  /** The silence that it takes for a lost link, once that is open. */
  readonly quietMs?: number | undefined
  /** The link is to prove that it works. */
  readonly isProbed?: boolean
  /** A question was sent, and nothing was heard since. */
  readonly isAsked?: boolean
  /** Until it tries again, or until it takes silence for a lost link. */
  readonly dueInMs?: number | undefined
}

/** What happens to a connection. Those with an `attempt` are about one link. */
export type ConnectionEvent =
  | DueEvent
  | { readonly type: 'wanted' | 'unwanted' | 'restart' | 'close' }
  | { readonly type: 'linked'; readonly attempt: number }
  /** What was heard; whatever it is, it is a sign of life. */
  | (ServerMessage & { readonly attempt: number })
  /** The link is gone, or as good as gone; `isFinal`: coming back changes nothing. */
  | { readonly type: 'lost'; readonly attempt: number; readonly reason: string; readonly isFinal?: boolean }
  /** A good moment to try again; the machine has slept; the network is gone; the page is put away. */
  | { readonly type: 'woke' | 'slept' | 'offline' | 'hidden' }
  /** A question was sent; so many bytes of questions have no answer. */
  | { readonly type: 'asked'; readonly bytes: number }

/** What the transition asks for. */
export type ConnectionAction = 'open-link' | 'send-connect' | 'probe' | 'close-link'

/** What the decisions depend on besides state and event. */
export interface ConnectionRules {
  readonly backoff?: Backoff | undefined
  /** Tries in a row before giving up. Without it, it goes on for ever. */
  readonly maxAttempts?: number | undefined
  /** Default 10,000. */
  readonly handshakeTimeoutMs?: number | undefined
}

/** What is so at the moment of a decision. */
export interface ConnectionMoment {
  /** A random number in [0, 1). */
  readonly fraction: number
  /** The network is gone. */
  readonly isOffline?: boolean
  /** Nobody looks at the page. */
  readonly isUnseen?: boolean
}

type ConnectionStep = Step<ConnectionState, ConnectionAction>

/** The silence after a probe that it takes for a lost link: the wire may have been cut while the page slept. */
const probeMs = 3_000

/** The longest wait while somebody looks. */
const seenMaxMs = 10_000

/** Why a connection is lost whose `token` gave none. */
export const noToken = 'no-token'

/** Whether a connection waits for a token. */
export const lacksToken = ({ reason }: ConnectionState): boolean => reason === noToken

/** The state of a client that nobody has asked for anything. */
export const startConnection: ConnectionState = { name: 'idle', attempt: 0, tries: 0 }

/** Decides what the connection does next; total, so an event that does not fit changes nothing. */
export function connectionTransition(
  state: ConnectionState,
  event: ConnectionEvent,
  rules: ConnectionRules,
  { fraction, isOffline, isUnseen }: ConnectionMoment,
): ConnectionStep {
  const { name, attempt, tries, quietMs, isProbed, isAsked } = state
  const isLive = name === 'live'
  const hasLink = isLive || name === 'connecting' || name === 'handshaking'
  const isTrying = hasLink || name === 'waiting'

  function leave(next: Partial<ConnectionState>, ...actions: readonly ConnectionAction[]): ConnectionStep {
    const entered = { name, attempt, tries, ...next }
    return hasLink ? step(entered, 'close-link', ...actions) : step(entered, ...actions)
  }
  function connect(): ConnectionStep {
    const { handshakeTimeoutMs: dueInMs = 10_000 } = rules
    // Without a token before, it still has none: what is shown does not change until it is let in.
    const still = lacksToken(state) ? { reason: state.reason } : undefined
    return leave({ name: 'connecting', attempt: attempt + 1, tries: tries + 1, dueInMs, ...still }, 'open-link')
  }
  function lose(reason: string): ConnectionStep {
    if (isOffline) return leave({ name: 'waiting', reason: 'offline' })
    if (tries === rules.maxAttempts) return leave({ name: 'gave-up', reason: 'max-attempts' })
    return leave({ name: 'waiting', reason, dueInMs: waitMs() })
  }

  function waitMs(): number {
    return backoffMs(rules.backoff, tries, fraction, isUnseen ? undefined : seenMaxMs)
  }

  function probe(reason = lacksToken(state) ? noToken : undefined): ConnectionStep {
    return step({ ...state, reason, isProbed: true, dueInMs: probeMs }, ...(isLive ? (['probe'] as const) : []))
  }

  /** A sign of life: the time begins again. */
  function hear(left = tries, isProof = !isProbed, quiet = quietMs): ConnectionStep {
    return isProof
      ? step({ name: 'live', attempt, tries: left, quietMs: quiet, dueInMs: quiet })
      : step({ ...state, tries: left, dueInMs: probeMs })
  }

  if ('attempt' in event && event.attempt !== attempt) return step(state)
  switch (event.type) {
    case 'wanted':
      return name === 'idle' ? connect() : step(state)
    case 'unwanted':
      return isTrying ? leave({ name: 'idle', tries: 0 }) : step(state)
    case 'restart':
      return leave({ name: 'idle', tries: 0 })
    case 'close':
      return leave({ name: 'closed', tries: 0 })
    case 'woke':
      if (name === 'waiting') return connect()
      // Signs of waking come in bursts.
      return hasLink && (!isProbed || state.reason === 'offline') ? probe() : step(state)
    case 'slept':
      return hasLink && !isProbed && !isUnseen ? probe() : step(state)
    case 'offline':
      return hasLink ? probe('offline') : isTrying ? lose('offline') : step(state)
    case 'asked':
      if (!isLive || isProbed || isAsked) return step(state)
      return step({ ...state, isAsked: true, dueInMs: patienceMs(event.bytes) })
    case 'hidden':
      return isTrying ? leave({ name: 'waiting', reason: 'hidden' }) : step(state)
    case 'due':
      if (isProbed) return isOffline ? lose('offline') : connect()
      if (isAsked) return probe()
      return hasLink ? lose(isLive ? 'silent' : 'no-answer') : isTrying ? connect() : step(state)
    case 'lost':
      if (!hasLink) return step(state)
      return event.isFinal ? leave({ name: 'gave-up', reason: event.reason }) : lose(event.reason)
    case 'linked':
      return name === 'connecting' ? step({ ...state, name: 'handshaking' }, 'send-connect') : step(state)
    case 'baro:connected':
      if (name === 'handshaking') return hear(tries, true, 2 * event.payload.heartbeatIntervalMs || undefined)
      break
    case 'baro:recovered':
    case 'baro:reset':
      // Here the whole way has worked, to the channel and back.
      if (isLive) return hear(0)
      break
    case 'baro:heartbeat':
    case 'baro:refreshed':
      if (isLive) return hear(tries, true)
      break
    case 'baro:drain':
      // The node stops. To wait for its goodbye would only cost what is sent until then.
      // One that drains again and again, before anything has worked, is no reason to storm.
      if (hasLink) {
        const dueInMs = Math.max(event.payload.reconnectInMs, tries > 1 ? waitMs() : 0)
        return leave({ name: 'waiting', reason: 'drain', dueInMs })
      }
  }
  return isLive ? hear() : step(state)
}
