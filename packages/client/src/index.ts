export type { Backoff } from './backoff.ts'
export { type ChannelView, pageView } from './channel-view.ts'
export type { Client, ClientCounters } from './client.ts'
export type { ClientOptions } from './create-client.ts'
export type { HandOver } from './hand-over.ts'
export { createLadder, type LadderOptions } from './ladder.ts'
export { createClient, type LadderClientOptions } from './ladder-client.ts'
export type { PageReload } from './page-reload.ts'
export { browserRungMemory, type RungMemory } from './rung-memory.ts'
export { idleStatus, type Status } from './status.ts'
export type { Published, PublishOptions, SignalOf, Subscription } from './subscription.ts'
export { createSharedTransport, type SharedTransportOptions } from './tabs/shared-transport.ts'
export type { Link, LinkEvents, Rung, Transport } from './transport.ts'
export { createHttpTransport, type HttpRung, type HttpTransportOptions } from './transports/http.ts'
export {
  createWebSocketTransport,
  type WebSocketLike,
  type WebSocketTransportOptions,
} from './transports/websocket.ts'
export type { Wake, WakeEvents } from './wake.ts'
