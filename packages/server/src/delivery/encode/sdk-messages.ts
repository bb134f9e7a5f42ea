/**
 * The messages of a hub to clients that speak PROTOCOL.md. Messages for readers are made here, with their long field
 * shared. All other messages are for one client, and are written as their sender gives them.
 */

import type { Signal } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import { formatPosition, type ServerMessage } from '@baro/core/protocol'
import type { Framing } from '../../ports/socket.ts'
import type { Batch } from '../batch.ts'
import type { Dialect } from '../dialect.ts'
import { madeOnce } from '../made-once.ts'
import type { EncodedSnapshot } from './encoded-snapshot.ts'
import { type SharedPublications, type SharedValue, sharedPublications, sharedSnapshot } from './shared-text.ts'
import { type EveryField, framed, piecesOf, type Written, write } from './write.ts'

type PayloadOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>['payload']

/** A message of core's `wire/` whose long field holds a shared value. */
interface Made<Type extends ServerMessage['type'], Field extends keyof PayloadOf<Type> = never, Shared = never> {
  readonly type: Type
  readonly payload: EveryField<Omit<PayloadOf<Type>, Field>> & { readonly [Name in Field]: Shared }
}

/** A message that says what a reader found. */
export type ReaderMessage =
  | Made<'baro:publications', 'publications', SharedPublications>
  | Made<'baro:recovered', 'publications', SharedPublications>
  | Made<'baro:reset', 'snapshot', SharedValue | undefined>
  | Made<'baro:signaled'>

/** A message that answers or tells one client. */
export type ClientsOwnMessage = Exclude<ServerMessage, { readonly type: ReaderMessage['type'] }>

/** A message on its way to a client of the SDK. */
export type OutgoingMessage = ClientsOwnMessage | ReaderMessage

/** Answers a subscribe: the position was accepted, and the batch is the first part of what follows it. */
export function recoveredMessage(attempt: number, batch: Batch): ReaderMessage {
  const { channel } = batch
  const [follows, position] = [formatPosition(batch.follows), formatPosition(batch.position)]
  const publications = sharedPublications(batch)
  return { type: 'baro:recovered', payload: { channel, attempt, follows, position, publications } }
}

/** Tells a subscription to start again from a snapshot. */
export function resetMessage(
  { channel, attempt }: { readonly channel: string; readonly attempt: number },
  reason: ResetReason,
  snapshot: EncodedSnapshot,
): ReaderMessage {
  const position = formatPosition(snapshot.position)
  return { type: 'baro:reset', payload: { channel, attempt, reason, position, snapshot: sharedSnapshot(snapshot) } }
}

function publicationsMessage(batch: Batch): ReaderMessage | undefined {
  if (!batch.leadsOn) return undefined
  const { channel } = batch
  const [follows, position] = [formatPosition(batch.follows), formatPosition(batch.position)]
  const publications = sharedPublications(batch)
  return { type: 'baro:publications', payload: { channel, follows, position, publications } }
}

function signaledMessage({ channel, type, payload, by }: Signal): ReaderMessage {
  return { type: 'baro:signaled', payload: { channel, type, payload, by } }
}

/** Writes a message to one client, which shares nothing with others. */
export function ownText(message: ClientsOwnMessage): string {
  if (message.type !== 'baro:published') return JSON.stringify(message)
  // Ids, positions and the names of channels need no escape.
  const { id, channel, position } = message.payload
  const end = position === undefined ? '' : `,"position":"${position}"`
  return `{"type":"baro:published","payload":{"id":"${id}","channel":"${channel}"${end}}}`
}

/**
 * {@link publicationsMessage} as JSON. It is written for each publication of a small room, and names and positions need no
 * escape.
 */
function publicationsText(batch: Batch): string | undefined {
  if (!batch.leadsOn) return undefined
  const [follows, position] = [formatPosition(batch.follows), formatPosition(batch.position)]
  const { text } = sharedPublications(batch)
  return `{"type":"baro:publications","payload":{"channel":"${batch.channel}","follows":"${follows}","position":"${position}","publications":${text}}}`
}

/** Writes a message as JSON. */
export function writeMessage({ type, payload }: OutgoingMessage): Written {
  // In one go: a batch of a small room is written for a few readers, so its message costs as much as they do.
  return write(payload, `{"type":"${type}","payload":`, '}')
}

/**
 * The dialect of the SDK's POST, which puts one answer together: batches and signals become messages, not yet written.
 */
export const messageDialect: Dialect<ReaderMessage> = {
  encode: publicationsMessage,
  encodeSignal: signaledMessage,
}

const framedDialect = (framing: Framing): Dialect => ({
  encode(batch) {
    const text = publicationsText(batch)
    return text === undefined ? undefined : framing.frame(text)
  },
  encodeSignal: (signal) => framing.frame(writeMessage(signaledMessage(signal)).text),
})

/** The dialect of SDK clients on a socket: the same messages as frames. One object for each framing. */
export function sdkDialect(framing: Framing): Dialect {
  return madeOnce(framing, framedDialect)
}

/** A message as the pieces of one frame. Other clients get the long piece too. */
export function frameMessage(framing: Framing, message: OutgoingMessage): readonly Uint8Array[] {
  return framed(framing, writeMessage(message))
}

/** The body that answers a POST of the SDK: `{ "messages": [ … ] }`. */
export function messagesBody(messages: readonly Written[]): Uint8Array {
  const separated = messages.flatMap((message, index) => [Buffer.from(index === 0 ? '' : ','), ...piecesOf(message)])
  return Buffer.concat([Buffer.from('{"messages":['), ...separated, Buffer.from(']}')])
}
