export type { Counters } from './counters.ts'
export { createHub, type HubInternals } from './create-hub.ts'
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
} from './handlers.ts'
export type { Hub, HubOptions, Listening } from './hub.ts'
export { defaultLimits, type Limits } from './limits.ts'
export { createMemoryBroker } from './memory-broker.ts'
export type { Framing, Handshake, SessionLink, Socket } from './ports/socket.ts'
export { loaded, type SnapshotSource } from './snapshot-source.ts'
