export { createClient } from '@baro/client/websocket'
