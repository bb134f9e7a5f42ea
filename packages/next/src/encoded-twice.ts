import { quote } from '@baro/core/protocol'
import type { Hub } from '@baro/server'

const mark = Symbol.for('baro.encoded-twice')

// The encoding of "%" and two digits: an escape that was encoded.
const escapeInside = /%25[0-9A-Fa-f]{2}/

/**
 * Says once, in development, that a channel has the name of a percent-encoded text. Nothing else would: the page follows
 * a channel that nobody publishes to.
 */
export function warnOfEncodedTwice(hub: Hub, channel: string): void {
  if (process.env.NODE_ENV !== 'development' || mark in hub || !escapeInside.test(channel)) return
  Object.assign(hub, { [mark]: true })
  console.warn(
    `The page follows ${quote(channel)}, which was percent-encoded twice. Next gives a page its params encoded: read them with pageParams(definition, params). If you did, the link to this page was encoded twice.`,
  )
}
