import { type Shape, shape, whole } from './shape.ts'

/** This node is about to stop: the connection closes, come back after the given time. */
export interface DrainMessage {
  readonly type: 'baro:drain'
  readonly payload: {
    readonly reconnectInMs: number
  }
}

/** The shape of {@link DrainMessage}. */
export const drain: Shape<DrainMessage> = shape('baro:drain', { reconnectInMs: whole })
