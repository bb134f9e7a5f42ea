// The door of `@baro/core/protocol`: what goes over the wire, and the rules about it, for who writes a client or a gateway.
export { isSameMuted, maxMuted } from './audit.ts'
export {
  asBytes,
  type Bytes,
  bytesKey,
  fromBase64,
  holdsBytes,
  readJson,
  toBase64,
  writeJson,
} from './bytes.ts'
export * from './channel-name.ts'
export * from './close-codes.ts'
export { type DerivedKind, derivedName, ownerOf } from './derived-channel.ts'
export { durationMs } from './duration.ts'
export { mayPass, quote } from './errors.ts'
export * from './event-type.ts'
export * from './fold.ts'
export * from './id.ts'
export { jsonText, maxJsonDepth, parseJson } from './json.ts'
export {
  foldMembers,
  type HereReference,
  here,
  hereChannel,
  isOfMembers,
  type MembersChange,
  type MembersEntry,
  membersChannel,
  membersHistory,
} from './members.ts'
export * from './option-rules.ts'
export { createPattern, matchPattern, nameFrom, overlap, type Pattern } from './pattern.ts'
export {
  type AtPosition,
  compareAtTexts,
  comparePositions,
  formatPosition,
  maxPositionLength,
  type NoPosition,
  noPosition,
  type Place,
  type Position,
  parseAt,
  parsePosition,
  positionAfter,
  positionAt,
  type QueriedPosition,
  startOf,
} from './position.ts'
export { redactedType, redactionOf, tombstoneType } from './redaction.ts'
export { definitionOf, nameOf } from './reference.ts'
export * from './result.ts'
export { validatePayload } from './schema.ts'
export * from './text.ts'
export * from './wire/binary-frame.ts'
export type { ClientMessage } from './wire/client-message.ts'
export * from './wire/codec.ts'
export type { ServerMessage } from './wire/server-message.ts'
export { describeShape } from './wire/shape.ts'
export { copyForWire, maxPayloadDepth, wireForm } from './wire-form.ts'
