import { BaroError, type ChannelTypes, type Reference, type Snapshot } from '@baro/core'
import { snapshot } from '@baro/next'
import type { ReactNode } from 'react'
import { activity } from '../../channels/activity.ts'
import { arena } from '../../channels/arena.ts'
import { compat } from '../../channels/compat.ts'
import { devices } from '../../channels/device.ts'
import { trades } from '../../channels/market.ts'
import { articles } from '../../channels/news.ts'
import { pulse } from '../../channels/pulse.ts'
import { products } from '../../channels/shop.ts'
import { texts } from '../../channels/stream.ts'
import { whiteboard } from '../../channels/whiteboard.ts'
import type { Language } from '../../i18n/languages.ts'
import { Code } from '../code/code.tsx'
import { readSource } from '../code/read-source.ts'
import type { DemoId } from '../frame/sections.ts'
import { BoardThumbnail } from './board-thumbnail.tsx'
import { CompatThumbnail } from './compat-thumbnail.tsx'
import { DeviceThumbnail } from './device-thumbnail.tsx'
import { LateMarket, LateNews, LateShop } from './late-thumbnails.tsx'
import { MachineThumbnail } from './machine-thumbnail.tsx'
import { PlayThumbnail } from './play-thumbnail.tsx'
import { RoomsThumbnail } from './rooms-thumbnail.tsx'
import { StreamThumbnail } from './stream-thumbnail.tsx'
import { TransportsThumbnail } from './transports-thumbnail.tsx'

/**
 * What is in the card of a demo: it begins with the snapshot of a public channel, and a small client component goes on live.
 * The card is a box of a fixed height that cuts off what is too long, and is inert: title and hint say it to screen readers, and
 * nothing in it can be clicked on or focused. What moves by itself goes through `useHeld`, for the button that
 * pauses the page.
 */
export type Thumbnail = (props: { readonly language: Language }) => ReactNode | Promise<ReactNode>

/** The thumbnail of each demo. */
export const thumbnails: Readonly<Record<DemoId, Thumbnail>> = {
  rooms: async () => <RoomsThumbnail initial={await snapshot(activity())} />,
  board: async () => <BoardThumbnail initial={await snapshot(whiteboard())} />,
  play: async () => <PlayThumbnail initial={await snapshot(arena())} />,
  transports: () => <TransportsThumbnail />,
  device: async () => <DeviceThumbnail initial={await snapshot(devices())} />,
  compat: async () => <CompatThumbnail initial={await snapshot(compat())} />,
  machine: async () => <MachineThumbnail initial={await snapshot(pulse())} />,
  how: async () => <Code code={lineWith(await readSource('server/club.ts'), 'access:')} />,
  stream: async () => <StreamThumbnail initial={await snapshot(texts())} />,
  // What is in an inbox is for one, and a browser reads a draft with a library that this page does without.
  inbox: async () => <Code code={lineWith(await readSource('server/inbox/open-inbox.ts'), "'note',")} />,
  write: async () => (
    <Code code={lineWith(await readSource('components/write/use-shared-text.ts'), "publish('update'")} />
  ),
  news: async ({ language }) =>
    ofRows(articles({ language }, { order: ['-edited_at'], limit: 2 }), (initial) => <LateNews initial={initial} />),
  shop: async ({ language }) => ofRows(products(), (initial) => <LateShop language={language} initial={initial} />),
  market: async () => ofRows(trades({}, { order: ['-id'], limit: 20 }), (initial) => <LateMarket initial={initial} />),
}

function lineWith(source: string, text: string): string {
  return (
    source
      .split('\n')
      .find((line) => line.includes(text))
      ?.trim() ?? ''
  )
}

/** A site without a database has no rows to show. */
async function ofRows<T extends ChannelTypes>(
  reference: Reference<T>,
  show: (initial: Snapshot<T>) => ReactNode,
): Promise<ReactNode> {
  try {
    return show(await snapshot(reference))
  } catch (error) {
    if (error instanceof BaroError && error.code === 'unknown-channel') return null
    throw error
  }
}
