// The door of `@baro/client/websocket`: the client without the ladder.
export { pageView } from './channel-view.ts'
export { idleStatus } from './status.ts'
export { createWebSocketTransport } from './transports/websocket.ts'
export { createClient } from './websocket-client.ts'
