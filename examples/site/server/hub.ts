import type { Broker, PageStore } from '@baro/core/broker'
import { mount } from '@baro/inspector'
import { createDatabase, type PostgresDriver } from '@baro/postgres'
import { createHub, type Hub } from '@baro/server'
import { activity } from '../channels/activity.ts'
import { arena } from '../channels/arena.ts'
import { board } from '../channels/board.ts'
import { club } from '../channels/club.ts'
import { compat } from '../channels/compat.ts'
import { device, devices } from '../channels/device.ts'
import { inbox, post, subscriptions } from '../channels/inbox.ts'
import { machine } from '../channels/machine.ts'
import { exchange, orders, trades } from '../channels/market.ts'
import { articles, newsroom } from '../channels/news.ts'
import { pulse } from '../channels/pulse.ts'
import { race } from '../channels/race.ts'
import { room } from '../channels/room.ts'
import { products, till } from '../channels/shop.ts'
import { text, texts } from '../channels/stream.ts'
import { visit } from '../channels/visit.ts'
import { whiteboard } from '../channels/whiteboard.ts'
import { draft } from '../channels/write.ts'
import { openArena } from './arena/arena.ts'
import { openClub } from './club.ts'
import { mountGateways, openCompat } from './compat.ts'
import { openDevices } from './devices.ts'
import { createIdentity } from './identity.ts'
import { openInbox } from './inbox/open-inbox.ts'
import { pushHosts } from './inbox/push-address.ts'
import { createPushSender } from './inbox/push-sender.ts'
import type { VapidKeys } from './inbox/vapid-keys.ts'
import { openMarket } from './market.ts'
import { openNews } from './news.ts'
import { runRace } from './race.ts'
import { openRooms } from './rooms.ts'
import { readFacts, sampleEveryMs, startSampler } from './sampler.ts'
import { openShop } from './shop.ts'
import { openStream } from './stream/open-stream.ts'
import { countVisitors } from './visitors.ts'
import { openWhiteboard } from './whiteboard.ts'
import { openWrite } from './write/open-write.ts'

/** For how long the channels that are published into at a known rate keep a publication. */
export const keptSeconds: ReadonlyMap<string, number> = new Map(
  [machine, pulse].map((definition) => [definition().channel, (definition.history.size * sampleEveryMs) / 1_000]),
)

/** How long somebody without a connection stays, in milliseconds. Default: that of the hub. */
const leaveAfterMs = Number(process.env.LEAVE_AFTER_MS || 0)

/** What a developer signs in with, to look into the hub. Without it, `npm run dev` alone lets somebody in, on this machine. */
export const inspectorKey: string | undefined = process.env.INSPECTOR_KEY || undefined

/** Push services of one's own, such as that of a test. */
const ownPushHosts = (process.env.PUSH_HOSTS ?? '').split(',').filter((host) => host !== '')

/** What the hub of the site is made of; without a broker and a page store everything is in memory. */
export interface SiteHubParts {
  /** What the site signs its pushes with. */
  readonly keys: VapidKeys
  readonly broker?: Broker | undefined
  readonly database?: PostgresDriver | undefined
  readonly pageStore?: PageStore | undefined
}

/** The hub of the site: who may read and write its channels, and what the server itself publishes. */
export async function createSiteHub({ keys, broker, database, pageStore }: SiteHubParts): Promise<Hub> {
  const ofDatabase = database ? [articles, newsroom, products, till, orders, trades, exchange] : []
  const channels = [
    ...[room, club, pulse, activity, board, machine, race, compat, device, devices, visit, whiteboard, arena],
    ...[text, texts, inbox, post, subscriptions, draft],
    ...ofDatabase,
  ]
  const hub = createHub({
    channels,
    auth: createIdentity(),
    ...(leaveAfterMs && { leaveAfterMs }),
    ...(broker && { broker }),
    ...(pageStore && { pageStore }),
    ...(database && { database: createDatabase(database) }),
  })
  if (database) {
    openNews(hub, database)
    openShop(hub, database)
    openMarket(hub, database)
  }

  openRooms(hub)
  openClub(hub)
  openDevices(hub)
  openWhiteboard(hub)
  openArena(hub)
  openStream(hub)
  openWrite(hub)
  openInbox(hub, createPushSender(keys), [...pushHosts, ...ownPushHosts])
  hub.on(pulse, { access: 'public' })
  hub.on(activity, { access: 'public' })
  // Visitors paint at the hub of the demo.
  hub.on(board, { access: 'public' })
  hub.on(machine, { access: 'public' })
  countVisitors(hub)
  hub.on(visit, { access: 'public' })
  runRace(hub)
  openCompat(hub)
  mountGateways(hub)
  mount(hub, { key: inspectorKey })

  await hub.publish(machine(), 'facts', readFacts())
  await startSampler(async (sample) => {
    const busy = sample.cores.reduce((sum, core) => sum + core, 0) / Math.max(1, sample.cores.length)
    await hub.publish(machine(), 'sample', sample)
    await hub.publish(pulse(), 'beat', { busy: Math.round(busy * 1_000) / 1_000 })
  })
  return hub
}
