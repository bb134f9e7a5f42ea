export type { Principal } from './access/principal.ts'
export {
  type CreatedServerKey,
  createServerKey,
  type KeyAction,
  type KeyGrant,
  type ServerKey,
} from './access/server-key.ts'
export type { KeySource } from './access/server-keys.ts'
export type {
  Access,
  AccessContext,
  Auth,
  ChannelContext,
  ChannelHandlers,
  Claims,
  Credentials,
  EventContext,
  Identity,
  ModerationContext,
  PayloadOf,
  Published,
  RequestContext,
  Sendable,
  SessionEnd,
  SessionInfo,
  SignalContext,
  SignalOptions,
} from './channel/handlers.ts'
export {
  loaded,
  type PollContext,
  type PolledOptions,
  polled,
  type SnapshotContext,
  type SnapshotSource,
} from './channel/snapshot-source.ts'
export type { WhyAsked } from './hub/answer-why.ts'
export { createHub } from './hub/create-hub.ts'
export type { Hub, HubOptions } from './hub/hub.ts'
export type { Listening } from './hub/listen.ts'
export type { MountedSocket, PathParams } from './hub/socket-mounts.ts'
export { createMemoryBroker } from './memory-broker/memory-broker.ts'
export type { Counters } from './observe/counters.ts'
export {
  type HubEvent,
  type HubEventName,
  type HubObserver,
  hubEventNames,
  type SessionRung,
  type Who,
} from './observe/hub-events.ts'
export type { JournalEvent } from './observe/journal.ts'
export { sentenceOf } from './observe/sentences.ts'
export type { Language } from './observe/telling.ts'
export type { Cause, Outcome, PublicationAsked, Trouble, WhyAnswer, WhyOfSession } from './observe/why.ts'
export type { PagesOptions } from './page-cache/keep-pages.ts'
export { createMemoryPageStore, type MemoryPageStoreOptions } from './page-cache/memory-page-store.ts'
export type { PagePolicy } from './page-cache/page-policy.ts'
export type {
  Followed,
  Follower,
  Participant,
  ParticipantOptions,
  ParticipantPublishOptions,
  Present,
  TrackingTold,
} from './participant/participant.ts'
export { defaultLimits, type Limits } from './ports/limits.ts'
export type { Redacted, Redacting } from './publish/redactor.ts'
