// The door of `@baro/client/transports`: the parts of the ladder, for who puts together a `transport` of their own.
export { createUsualTransport } from './client/ladder-client.ts'
export { createLadder, type Ladder, type LadderOptions } from './ladder/ladder.ts'
export { browserRungMemory, type RungMemory } from './page/rung-memory.ts'
export { createSharedTransport, type SharedTransportOptions } from './tabs/shared-transport.ts'
export { createHttpTransport, type HttpTransportOptions } from './transports/http.ts'
export type { HttpRung } from './transports/http-link-machine.ts'
export {
  createWebSocketTransport,
  type WebSocketLike,
  type WebSocketTransportOptions,
} from './transports/websocket.ts'
