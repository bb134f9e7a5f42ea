// The door of `@baro/client/websocket`: the client without the ladder.

export { createClient } from './client/websocket-client.ts'
export { idleStatus } from './connection/status.ts'
export { pageView } from './subscription/channel-view.ts'
