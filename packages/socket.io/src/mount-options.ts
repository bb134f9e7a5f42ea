import type { Reference } from '@baro/core'
import { anyFunction, anyText, milliseconds, type OptionRule, type OptionRules } from '@baro/core/protocol'
import type { Socket } from 'socket.io'

/** What `mount` takes. */
export interface SocketIoOptions {
  /** Where clients connect, and find `socket.io.js`. Default `'/socket.io'`, which is that of the clients. */
  readonly path?: string
  /**
   * The channel that everybody of the main namespace is in, without a room: `io.emit` publishes there. Default: none, and
   * `io.emit` stays among the clients of Socket.IO.
   */
  readonly everybody?: Reference
  /** How long a client that was cut off may come back to where it was. Default 120,000. */
  readonly recoveryWindowMs?: number
  /**
   * What a socket tells of itself in a channel with `members`, once it has joined its room: everybody who may see the members
   * gets it. Default: `{}`.
   *
   * @example
   * ```ts
   * mount(hub, use, { member: (socket) => ({ name: socket.data.name }) })
   * ```
   */
  readonly member?: (socket: Socket, channel: Reference) => unknown
}

const aReference: OptionRule = {
  what: 'a reference to a channel, such as room({ id: 1 })',
  accepts: (value) => typeof (value as Partial<Reference> | null)?.channel === 'string',
}

/** What the options of `mount` must be. */
export const mountOptionRules: OptionRules<SocketIoOptions> = {
  path: anyText,
  everybody: aReference,
  recoveryWindowMs: milliseconds(),
  member: anyFunction,
}
