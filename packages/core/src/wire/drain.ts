import { type Shape, shape, whole } from './shape.ts'

/** The hub is about to close the connection: its node stops, or it lost the claims that the connection counts on. */
export interface DrainMessage {
  readonly type: 'baro:drain'
  readonly payload: {
    /** When to come back, in milliseconds from now. */
    readonly reconnectInMs: number
  }
}

/** The shape of {@link DrainMessage}. */
export const drain: Shape<DrainMessage> = shape('baro:drain', { reconnectInMs: whole })
