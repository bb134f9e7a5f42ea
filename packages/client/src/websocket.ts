// The door of `@baro/client/websocket`: the client without the ladder.
export { pageView } from './channel-view.ts'
export { idleStatus } from './status.ts'
export { createClient } from './websocket-client.ts'
