import { type Shape, shape, text } from './shape.ts'

/** Ends following a channel. */
export interface UnsubscribeMessage {
  readonly type: 'baro:unsubscribe'
  readonly payload: {
    readonly channel: string
  }
}

/** The shape of {@link UnsubscribeMessage}. */
export const unsubscribe: Shape<UnsubscribeMessage> = shape('baro:unsubscribe', { channel: text })
