import type { Snapshot } from '@baro/core'
import { formatPosition } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'
import type { Feeds } from './feeds.ts'

/** The newest value of a channel at its position, as a page embeds it. */
export async function takeSnapshot(feeds: Feeds, resolved: Resolved): Promise<Snapshot> {
  return feeds.using(resolved, async (feed) => {
    const { position, valueText } = await feed.loadSnapshot()
    return {
      channel: resolved.channel,
      position: formatPosition(position),
      version: resolved.definition.version,
      // Parsed for each caller, so that a page that changes its copy does not change the hub's state.
      value: valueText === undefined ? undefined : JSON.parse(valueText),
    }
  })
}
