import type { Json } from './json.ts'

/** One entry of a channel. */
export interface Publication<Type extends string = string, Payload = Json> {
  readonly type: Type
  readonly payload: Payload
  /** Its number in the channel, from 1. */
  readonly offset: number
  /** Chosen by who published it, or by the server. */
  readonly id: string
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
  /** Who published it, as the server knows; a client cannot set it. Absent for the application itself and for guests. */
  readonly by?: string
}

/** A message that is not kept: no offset, no order relative to publications, lost to who is not connected. */
export interface Signal<Type extends string = string, Payload = Json> {
  readonly channel: string
  readonly type: Type
  readonly payload: Payload
  /** Who sent it, as the server knows. */
  readonly by?: string
}
