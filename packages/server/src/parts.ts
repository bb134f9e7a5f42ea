/**
 * The parts of a hub, for code that builds on one: a transport or another runtime (`Socket` and what belongs to it), a
 * gateway that writes bytes (`Outlet`, `Dialect`, `Batch`), a door to what a hub knows (`doorKey`, `Inspection`), a test bed that takes a guard out (`Guards`). An application needs
 * none.
 */
export { bearerOf } from './access/bearer.ts'
export { doorKey, isSameSecret } from './access/door-key.ts'
export { Gate, type GateParts } from './access/gate.ts'
export { isOfThisMachine } from './access/of-this-machine.ts'
export { Permits } from './access/permits.ts'
export { Batch } from './delivery/batch.ts'
export type { BoundedQueue } from './delivery/bounded-queue.ts'
export { type Dialect, unencoded } from './delivery/dialect.ts'
export { madeOnce } from './delivery/made-once.ts'
export type { Outbox, RoomWaiter } from './delivery/outbox.ts'
export { assembleHub, type Guards } from './hub/assemble-hub.ts'
export type { Gateway, GatewayHost, GatewayLink, Program } from './hub/gateway.ts'
export { interceptServer, isHeardByOthers, type Others, type Taker } from './hub/intercept-server.ts'
export { servedPath } from './hub/served-path.ts'
export type {
  Inspection,
  SeenChange,
  SeenChannel,
  SeenFollowing,
  SeenFrame,
  SeenFrames,
  SeenHandOver,
  SeenHistory,
  SeenNode,
  SeenPublication,
  SeenSession,
  SeenState,
  TailTold,
} from './inspection/inspection.ts'
export type { PageParts } from './page-cache/page-parts.ts'
export { scriptSources } from './page-cache/script-hashes.ts'
export type { Framing, Handshake, SessionLink, Socket } from './ports/socket.ts'
export type { Outlet } from './stream/reader.ts'
export { refuseUpgrade, type Upgrade, type WebSocketSocket } from './transports/websocket/websocket.ts'
export { binaryFrame, textFrame } from './transports/websocket/websocket-frame.ts'
