import type { ChannelContext, Identity } from '../channel/handlers.ts'
import type { Resolved } from '../channel/registry.ts'

/** On whose behalf something is read, published, signalled or asked. */
export interface Principal {
  /** Who it is, as the application found; left out for a guest. */
  readonly user?: Identity | undefined
  /**
   * Whose publish ids and turns a guest's are (I5). Whoever has the same gets the same first answers, so it is a secret.
   * Left out: of this session alone. A user's are the user's on every session, and this is not looked at.
   */
  readonly guest?: string
  /** What handlers are told as `session`; left out where nothing lasts longer than one request. */
  readonly session?: string | undefined
}

/** The scope of a principal's claims. Whatever a guest calls itself, it is never taken for a user. */
export function scopeOf({ user, guest, session }: Principal): string {
  return user ? `user:${user.id}` : guest === undefined ? `session:${session}` : `guest:${guest}`
}

/** Where a principal does something. */
export function contextOf({ user, session }: Principal, { channel, params }: Resolved): ChannelContext {
  return { channel, params, user, session }
}
