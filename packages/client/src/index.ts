export type { ClientLog } from './changes/client-log.ts'
export type { Client } from './client/client.ts'
export type { ClientOptions } from './client/create-client.ts'
export { createClient, type LadderClientOptions } from './client/ladder-client.ts'
export { idleStatus, type Status } from './connection/status.ts'
export type { Backoff } from './machine/backoff.ts'
export type { PageReload } from './page/page-reload.ts'
export type { Wake, WakeEvents } from './page/wake.ts'
export type { Link, LinkEvents, Rung, Transport } from './ports/transport.ts'
export { type ChannelView, pageView } from './subscription/channel-view.ts'
export type { ClientCounters } from './subscription/counters.ts'
export type { HandOver } from './subscription/hand-over.ts'
export type {
  PublishOptions,
  PublishReceipt,
  RequestOptions,
  SignalOf,
  Subscription,
} from './subscription/subscription.ts'
