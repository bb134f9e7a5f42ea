import type { Json } from './json.ts'

/** One entry of a channel. */
export interface Publication<Type extends string = string, Payload = Json> {
  readonly type: Type
  readonly payload: Payload
  /** Its number in the channel, from 1. */
  readonly offset: number
  /** The id that its publisher chose, or that the server made. */
  readonly id: string
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
  /**
   * Who published it, as the server knows; a client cannot set it. Absent for the application itself and for guests.
   */
  readonly by?: string
}

/** A message that is not kept. It has no offset and no order relative to publications; only open streams get it. */
export interface Signal<Type extends string = string, Payload = Json> {
  readonly channel: string
  readonly type: Type
  readonly payload: Payload
  /** Who sent it, as the server knows. */
  readonly by?: string
  /** The user who alone gets it. No client is told. */
  readonly to?: string
  /** What it is the newest of, with its type and sender. No client is told. */
  readonly key?: string
  /** What the gateway that sent it tells its own on other nodes, such as whom to leave out. No client gets it. */
  readonly mark?: string
}
