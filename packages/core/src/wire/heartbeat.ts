import { flag, optional, type Shape, shape } from './shape.ts'

/** Says that this side lives. A server sends it when either side was silent; a client answers each with one. */
export interface HeartbeatMessage {
  readonly type: 'baro:heartbeat'
  readonly payload: {
    /** The client doubts that the link still carries anything: the hub answers with one at once. */
    readonly probe?: true
  }
}

/** The shape of {@link HeartbeatMessage}. */
export const heartbeat: Shape<HeartbeatMessage> = shape('baro:heartbeat', { probe: optional(flag) })
