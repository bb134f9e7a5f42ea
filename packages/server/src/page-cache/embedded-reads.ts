/**
 * The snapshots that stand in the bytes of a page. Some frameworks render elsewhere, in another process or from a cache of
 * their own, and nobody can write down what they read. But a page that goes on live embeds its snapshot, and that says
 * channel and position: it is its own marker.
 *
 * A stranger's text may look like one. It cannot make a page fresher than it is: what is found only adds to what has to be current. And as it
 * is marked as found, a page that it makes look old is rendered no more often than once in its interval (`page-verdict.ts`).
 */
import type { PageRead } from '@baro/core/broker'

// JSON, JSON inside a script's text (escaped up to four times), or JSON in an attribute. A snapshot is written in this order. Each part has a
// bound: with any number of backslashes a message of 64 kB of them held the node up for 17 s (*measured*).
const embedded =
  /(\\{0,15}"|&quot;|&#34;|&#x22;)channel\1:\1([\w.~%:-]{1,255})\1,\1position\1:\1([\w.~-]{1,1024})\1(?:,\1version\1:\1([^"&\\]{0,64})\1)?/g

/** Most that are looked at. */
const maxFound = 1_001

/** Finds the snapshots in a page. `versionOf` says the version of a channel where the page does not. */
export function embeddedReads(body: Uint8Array, versionOf: (channel: string) => string): readonly PageRead[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  if (!bytes.includes('position')) return []
  const found: PageRead[] = []
  for (const [, , channel = '', position = '', version] of bytes.toString('latin1').matchAll(embedded)) {
    found.push({ channel, position, version: version ?? versionOf(channel), isFound: true })
    if (found.length === maxFound) break
  }
  return found
}
