import { createHash, timingSafeEqual } from 'node:crypto'
import type { OptionRule } from '@baro/core/protocol'

/** What the key of a door must be that leads to what a hub knows, such as its metrics: nobody paces those who guess it. */
export const doorKey: OptionRule = {
  what: 'a text of 24 characters or more, which nobody can guess',
  accepts: (value) => typeof value === 'string' && value.length >= 24,
}

/** Whether two secrets are the same text, found out in the same time for each. */
export function isSameSecret(shown: string, secret: string): boolean {
  return timingSafeEqual(hashOf(shown), hashOf(secret))
}

/** Of one length, whatever is shown. */
function hashOf(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
