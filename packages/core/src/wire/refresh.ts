import { type Shape, shape, text } from './shape.ts'

/** Brings a new token for a session that lives. Somebody else's ends the session, which comes back as theirs. */
export interface RefreshMessage {
  readonly type: 'baro:refresh'
  readonly payload: { readonly token: string }
}

/** The shape of {@link RefreshMessage}. */
export const refresh: Shape<RefreshMessage> = shape('baro:refresh', { token: text })
