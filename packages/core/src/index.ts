// What an application writes. What a client, a gateway or a broker needs has doors of its own: `protocol.ts`, `broker.ts`.
export {
  type Audit,
  type AuditAction,
  type AuditTypes,
  audit,
  auditChannel,
  type MuteAction,
  type MuteAsked,
  type Muted,
  type RedactAction,
  type RedactAsked,
  type RedactOutcome,
  type WhoIsMuted,
} from './audit.ts'
export { type BytesForm, bytesUrl, liveValue } from './bytes.ts'
export * from './channel.ts'
export type { Duration } from './duration.ts'
export { BaroError, type ErrorCode, errorCodes } from './errors.ts'
export type { Json } from './json.ts'
export {
  type Member,
  type MemberState,
  type Members,
  type MembersPage,
  type MembersPageAsked,
  type MembersTypes,
  members,
} from './members.ts'
export type { ParamRule, ParamRules, Params, ParamsOf, ReadParamsOf } from './pattern.ts'
export type { Log, LogFields } from './ports/log.ts'
export { comparePositionTexts, type PositionOrder } from './position.ts'
export type { Publication, Signal } from './publication.ts'
export type { Redaction } from './redaction.ts'
export type { Reference } from './reference.ts'
export type { InputOf, OutputOf, Schema, SchemaIssue, SchemaResult } from './schema.ts'
export { isSnapshot, type Snapshot, type SnapshotOf } from './snapshot.ts'
export type { WireForm } from './wire-form.ts'
