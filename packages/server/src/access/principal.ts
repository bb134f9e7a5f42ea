import type { ClaimShare } from '@baro/core/broker'
import type { ChannelContext, Claims, Identity } from '../channel/handlers.ts'
import type { Resolved } from '../channel/registry.ts'
import type { SessionRung, Who } from '../observe/hub-events.ts'
import type { KeyGrant } from './server-key.ts'

/** The user, guest or program for whom something is read, published, signalled or asked. */
export interface Principal {
  /** The user, as the application's `auth` found; left out for a guest. */
  readonly user?: Identity | undefined
  /** The server key of a program, which has no user. Its scope takes the place of the rules. */
  readonly key?: KeyGrant | undefined
  /**
   * The scope of a guest's publish ids and turns (I5). It is a secret, because everybody with the same text gets the
   * same first answers. Left out: the scope is this session. Not used for a user, whose scope is the same on every
   * session.
   */
  readonly guest?: string
  /**
   * The network address that it comes from. Guests of one address share what they may have at work and remembered; those
   * without one share it too.
   */
  readonly address?: string | undefined
  /** The id that handlers get as `session`; left out where nothing lasts longer than one request. */
  readonly session?: string | undefined
  /** How it is linked, where that is known. */
  readonly rung?: SessionRung | undefined
  /** What it calls itself as a member, where its protocol has such names. */
  readonly alias?: string | undefined
  /**
   * How long it stays a member after its link has ended, in milliseconds, if that is longer than usual: a client that comes
   * back with each request is away in between.
   */
  readonly staysMs?: number | undefined
}

const noClaims: Claims = Object.freeze({})

/** The scope of a principal's claims. The prefixes keep a guest from taking the name of a user. */
export function scopeOf({ user, key, guest, session }: Principal): string {
  // Two keys of one name are one program: what it sent before a rotation, it may repeat after it.
  if (key) return `key:${key.name}`
  return user ? `user:${user.id}` : guest === undefined ? `session:${session}` : `guest:${guest}`
}

/** Whose room the claims of a principal take. Of guests it is the address that counts: scopes are invented. */
export function shareOf({ user, key, address = '' }: Principal): ClaimShare {
  if (key) return { of: 'user', user: `key:${key.name}` }
  return user ? { of: 'user', user: user.id } : { of: 'guest', address }
}

/** The context that rules and handlers get when a principal does something in a channel. */
export function contextOf({ user, session }: Principal, { channel, params }: Resolved): ChannelContext {
  return { channel, params, user, claims: user?.claims ?? noClaims, session }
}

type Seen = Pick<Principal, 'session' | 'user' | 'rung' | 'address'>

/** Who it is for observers: the address of a guest only, because a user has a name. */
export function whoOf({ session, user, rung, address }: Seen): Who {
  return { session, user: user?.id, rung, address: user ? undefined : address }
}

/** The same, in a channel. Written out: to copy what {@link whoOf} returns was a twentieth of letting a client in. */
export function whoIn(channel: string, { session, user, rung, address }: Seen): Who & { readonly channel: string } {
  return { session, user: user?.id, rung, address: user ? undefined : address, channel }
}
