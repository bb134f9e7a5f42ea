export type {
  Access,
  AccessContext,
  Auth,
  ChannelContext,
  ChannelHandlers,
  Credentials,
  EventContext,
  Identity,
  PayloadOf,
  Published,
  RequestContext,
  SessionInfo,
  SignalContext,
} from './channel/handlers.ts'
export { loaded, type SnapshotSource } from './channel/snapshot-source.ts'
export { createHub, type HubInternals } from './hub/create-hub.ts'
export type { Hub, HubOptions, Listening } from './hub/hub.ts'
export { createMemoryBroker } from './memory-broker/memory-broker.ts'
export type { Counters } from './observe/counters.ts'
export { defaultLimits, type Limits } from './ports/limits.ts'
export type { Framing, Handshake, SessionLink, Socket } from './ports/socket.ts'
