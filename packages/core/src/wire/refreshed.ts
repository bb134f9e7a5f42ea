import { optional, type Shape, shape, whole } from './shape.ts'

/** Answers `baro:refresh`: the session goes on with the new token. */
export interface RefreshedMessage {
  readonly type: 'baro:refreshed'
  readonly payload: {
    /** After how long it expires; absent if never. */
    readonly expiresInMs?: number
  }
}

/** The shape of {@link RefreshedMessage}. */
export const refreshed: Shape<RefreshedMessage> = shape('baro:refreshed', { expiresInMs: optional(whole) })
