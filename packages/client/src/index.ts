export type { Backoff } from './backoff.ts'
export { type ChannelView, pageView } from './channel-view.ts'
export type { Client, ClientCounters } from './client.ts'
export { type ClientOptions, createClient } from './create-client.ts'
export type { HandOver } from './hand-over.ts'
export type { PageReload } from './page-reload.ts'
export { idleStatus, type Status } from './status.ts'
export type { Published, PublishOptions, SignalOf, Subscription } from './subscription.ts'
export type { Link, LinkEvents, Transport } from './transport.ts'
export {
  createWebSocketTransport,
  type WebSocketLike,
  type WebSocketTransportOptions,
} from './transports/websocket.ts'
export type { Wake, WakeEvents } from './wake.ts'
