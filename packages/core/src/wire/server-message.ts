import { type AnswerMessage, answer } from './answer.ts'
import { type ConnectedMessage, connected } from './connected.ts'
import { type DrainMessage, drain } from './drain.ts'
import { type ErrorMessage, error } from './error.ts'
import { type HeartbeatMessage, heartbeat } from './heartbeat.ts'
import { type PublicationsMessage, publications } from './publications.ts'
import { type PublishedMessage, published } from './published.ts'
import { type RecoveredMessage, recovered } from './recovered.ts'
import { type RefreshedMessage, refreshed } from './refreshed.ts'
import { type ResetMessage, reset } from './reset.ts'
import type { Shape } from './shape.ts'
import { type SignaledMessage, signaled } from './signaled.ts'
import { type UnsubscribedMessage, unsubscribed } from './unsubscribed.ts'

/** Every message that a hub sends to a client. */
export type ServerMessage =
  | HeartbeatMessage
  | ConnectedMessage
  | RefreshedMessage
  | RecoveredMessage
  | ResetMessage
  | PublicationsMessage
  | SignaledMessage
  | PublishedMessage
  | AnswerMessage
  | ErrorMessage
  | UnsubscribedMessage
  | DrainMessage

/** The shapes of all of them, by type. */
export const serverMessages: ReadonlyMap<string, Shape<ServerMessage>> = new Map(
  [
    heartbeat,
    connected,
    refreshed,
    recovered,
    reset,
    publications,
    signaled,
    published,
    answer,
    error,
    unsubscribed,
    drain,
  ].map((shape) => [shape.type, shape as Shape<ServerMessage>]),
)
