/**
 * Publishes of a program, to several channels in one POST. What goes to one channel is appended together, or not at all;
 * channels fail one by one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError, type Json } from '@baro/core'
import { accepted, orThrow, parseJson, type Result, refused } from '@baro/core/protocol'
import type { Allowances } from '../../access/allowances.ts'
import type { Gate } from '../../access/gate.ts'
import { networkOf } from '../../access/network-of.ts'
import { prices } from '../../access/prices.ts'
import type { KeyGrant } from '../../access/server-key.ts'
import type { Registry } from '../../channel/registry.ts'
import type { Delegate, Delegating } from '../../delegate/delegate.ts'
import type { Limits } from '../../ports/limits.ts'
import type { Handshake } from '../../ports/socket.ts'
import type { Outgoing } from '../../publish/publisher.ts'
import { type BodyParts, bodyOf, problemOf, sendAnswer } from '../http/answer.ts'
import type { FairTurns } from '../http/fair-turns.ts'

/** A body may be as long as this many messages of the greatest length. */
const longestMessages = 16

/** Publications in one body. Each may be as short as a digit. */
const maxPublications = 1_000

/** What is appended to one channel together. */
interface Publish {
  readonly channel: string
  readonly publications: readonly Outgoing[]
  /** The id of the first publication, which claims all of them. */
  readonly id: string | undefined
}

/** What publishing for programs works with. */
export interface PublishPostParts extends BodyParts {
  readonly registry: Registry
  readonly gate: Gate
  readonly allowances: Allowances
  readonly turns: FairTurns
  readonly delegating: Delegating
  readonly limits: Pick<Limits, 'maxMessageBytes' | 'bodyTimeoutMs'>
}

/** Publishes `{ publishes: [{ channel, publications, id? }, …] }`, and answers each in its place. */
export async function publishManyByPost(
  parts: PublishPostParts,
  request: IncomingMessage,
  response: ServerResponse,
  { headers, address }: Handshake,
): Promise<void> {
  const { gate, allowances, delegating, limits, turns } = parts
  const key = await gate.keyIn(headers)
  if (!key) throw new BaroError('unauthenticated', 'Only a program publishes here. Send "Authorization: Bearer KEY".')
  const principal = { key, address: address === undefined ? undefined : networkOf(address) }
  allowances.admit(principal, prices.post)
  const body = await bodyOf(request, longestMessages * limits.maxMessageBytes, parts)
  allowances.spend(principal, 0, body.length)
  const publishes = await turns.take(address, () => publishesIn(orThrow(parseJson(body))))
  const delegate = delegating(principal)
  const published: object[] = []
  // One after the other: two publishes to one channel stay in order.
  for (const one of publishes) {
    const publish = () => outcomeOf(parts, delegate, key, one)
    published.push(await turns.take(address, publish))
  }
  return sendAnswer(request, response, { status: 200, body: JSON.stringify({ published }), caching: 'none' })
}

async function outcomeOf(
  { registry, gate, allowances }: PublishPostParts,
  delegate: Delegate,
  key: KeyGrant,
  read: Result<Publish>,
): Promise<object> {
  let channel: string | undefined
  try {
    const publish = orThrow(read)
    channel = publish.channel
    allowances.admit(delegate.principal, publish.publications.length)
    const resolved = orThrow(registry.resolve(channel))
    return { channel, ...(await delegate.publishAsServer(resolved, key, publish.publications, publish.id)) }
  } catch (error) {
    return { channel, error: problemOf(gate.explain(error, channel ?? 'POST …/publish')) }
  }
}

/**
 * What a body asks for. Only a body that holds no list is refused as a whole: a mistake in one publish is answered in its
 * place.
 */
function publishesIn(body: Json): readonly Result<Publish>[] {
  const { publishes } = (body ?? {}) as { readonly publishes?: Json }
  if (!Array.isArray(publishes) || publishes.length === 0)
    throw new BaroError(
      'bad-message',
      'The body is not { "publishes": [{ "channel", "publications": [{ "type", "payload" }, …] }, …] }.',
    )
  const read = publishes.map(publishIn)
  let count = 0
  for (const one of read) count += one.ok ? one.value.publications.length : 1
  if (count <= maxPublications) return read
  throw new BaroError('too-large', `The body has ${count} publications. Send at most ${maxPublications} at once.`)
}

function publishIn(publish: Json): Result<Publish> {
  const { channel, publications, id } = (publish ?? {}) as { readonly [name: string]: Json | undefined }
  if (typeof channel !== 'string') return wrong('"channel" is no text')
  if (id !== undefined && typeof id !== 'string') return wrong('"id" is no text')
  if (!Array.isArray(publications) || publications.length === 0) return wrong('"publications" is no list of some')
  const outgoing: Outgoing[] = []
  for (const [index, publication] of publications.entries()) {
    const { type, payload } = (publication ?? {}) as { readonly [name: string]: Json | undefined }
    if (typeof type !== 'string') return wrong(`"type" of publication ${index} is no text`)
    if (payload === undefined) return wrong(`"payload" of publication ${index} is missing; send null for nothing`)
    outgoing.push({ type, payload })
  }
  return accepted({ channel, publications: outgoing, id })
}

function wrong(how: string): Result<never> {
  return refused(
    new BaroError('bad-message', `This is not { "channel", "publications": [{ "type", "payload" }], "id"? }: ${how}.`),
  )
}
