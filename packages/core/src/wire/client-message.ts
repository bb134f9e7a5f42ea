import { type ConnectMessage, connect } from './connect.ts'
import { type HeartbeatMessage, heartbeat } from './heartbeat.ts'
import { type PublishMessage, publish } from './publish.ts'
import { type RefreshMessage, refresh } from './refresh.ts'
import { type RequestMessage, request } from './request.ts'
import type { Shape } from './shape.ts'
import { type SignalMessage, signal } from './signal.ts'
import { type SubscribeMessage, subscribe } from './subscribe.ts'
import { type UnsubscribeMessage, unsubscribe } from './unsubscribe.ts'

/** Every message that a client sends to a hub. */
export type ClientMessage =
  | ConnectMessage
  | RefreshMessage
  | SubscribeMessage
  | UnsubscribeMessage
  | PublishMessage
  | SignalMessage
  | RequestMessage
  | HeartbeatMessage

/** The shapes of all of them, by type. */
export const clientMessages: ReadonlyMap<string, Shape<ClientMessage>> = new Map(
  [connect, refresh, subscribe, unsubscribe, publish, signal, request, heartbeat].map((shape) => [
    shape.type,
    shape as Shape<ClientMessage>,
  ]),
)
