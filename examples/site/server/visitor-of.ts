import { createHash } from 'node:crypto'
import type { Auth } from '@baro/server'

/**
 * Tells visitors apart without a login: a browser keeps a secret, and is known to others by a name that is made of it.
 * The name says nothing of the secret, so nobody can speak as somebody else. Who brings none is a guest without a name.
 */
export const visitorOf: Auth = ({ token }) =>
  token !== undefined && /^[\w-]{16,64}$/.test(token)
    ? { id: createHash('sha256').update(token).digest('hex').slice(0, 16) }
    : undefined
