import type { Transport } from '../ports/transport.ts'
import { type ConnectionState, lacksToken } from './connection-machine.ts'

/** How a connection, or a subscription on it, is doing. */
export interface Status {
  /**
   * - `idle`: nobody needs it.
   * - `connecting`: on the way to `live`.
   * - `live`: what happens arrives.
   * - `needs-auth`: `token` gives none, and the hub asks for one; it is asked again and again, and at `reconnect()`.
   * - `waiting`: it failed and tries again, see `retryInMs`; so does a channel for which the hub has no room now. With the
   *   reason `offline` the device has no network, and it tries again once there is one.
   * - `refused`: the hub does not let this client follow the channel; tried again with the next connection, and, as
   *   `unknown-channel`, see `retryInMs`: a hub of another build may know it.
   * - `outdated`: the hub has another version of the channel; what is shown stays, and it is asked again, see `retryInMs`.
   * - `gave-up`: it does not try again until `reconnect()`.
   * - `closed`: the client was closed.
   */
  readonly state:
    | 'idle'
    | 'connecting'
    | 'live'
    | 'needs-auth'
    | 'waiting'
    | 'refused'
    | 'outdated'
    | 'gave-up'
    | 'closed'
  /** How many tries there were since it last worked, the one under way included. */
  readonly attempt: number
  /** How long the wait is, in milliseconds from the change to this status; absent while it waits for a sign of life. */
  readonly retryInMs?: number | undefined
  /** The transport in use. */
  readonly rung: Transport['rung'] | null
  /**
   * Why it is not live: an error code; the close code of the link and the hub's words for it, for example
   * `4501 Sign in again.`; or `silent`, `no-answer`, `no-token`, `max-attempts`, `offline`, `hidden`, `gap`.
   */
  readonly reason?: string | undefined
}

/** The status of something nobody needs. */
export const idleStatus: Status = { state: 'idle', attempt: 0, rung: null }

/** The status of a connection. */
export function connectionStatus(connection: ConnectionState, transport: Transport['rung']): Status {
  const { name, tries, reason, dueInMs } = connection
  const state = lacksToken(connection) ? 'needs-auth' : name === 'handshaking' ? 'connecting' : name
  return {
    // Until its probe is answered, a link without a network is none.
    state: state === 'live' && reason ? 'waiting' : state,
    attempt: tries,
    rung: state === 'connecting' || state === 'live' ? transport : null,
    reason,
    retryInMs: name === 'waiting' ? dueInMs : undefined,
  }
}
