import { createHmac } from 'node:crypto'
import type { Principal } from '../access/principal.ts'

/**
 * What everybody may know of a member: the user, or of a guest a hash of what only its client knows. Without the key of the
 * hub nobody can tell whether a secret that he has guessed is the one.
 */
export function memberId({ user, guest, session }: Principal, key: string): string {
  if (user) return `user:${user.id}`
  return `guest:${createHmac('sha256', key)
    .update(guest ?? `session:${session}`)
    .digest('base64url')
    .slice(0, 22)}`
}
