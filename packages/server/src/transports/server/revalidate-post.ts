/** A program has changed something that pages show, and no channel tells them: it marks their pages, in one POST. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError, type Json } from '@baro/core'
import { orThrow, parseJson } from '@baro/core/protocol'
import type { Allowances } from '../../access/allowances.ts'
import type { Gate } from '../../access/gate.ts'
import { networkOf } from '../../access/network-of.ts'
import { prices } from '../../access/prices.ts'
import type { Registry } from '../../channel/registry.ts'
import { tagOfPlace } from '../../page-cache/tag-of-place.ts'
import type { Limits } from '../../ports/limits.ts'
import type { Handshake } from '../../ports/socket.ts'
import { type BodyParts, bodyOf, sendAnswer } from '../http/answer.ts'

/** Channels and paths in one body, together. */
const maxMarks = 100

/** What marking for programs works with. */
export interface RevalidatePostParts extends BodyParts {
  readonly registry: Registry
  readonly gate: Gate
  readonly allowances: Allowances
  readonly mark: (tags: readonly string[]) => Promise<void>
  readonly limits: Pick<Limits, 'maxMessageBytes' | 'bodyTimeoutMs'>
}

/** Marks the pages of `{ channels?: […], paths?: […] }`: all, or none if one of them is refused. */
export async function revalidateByPost(
  parts: RevalidatePostParts,
  request: IncomingMessage,
  response: ServerResponse,
  { headers, address }: Handshake,
): Promise<void> {
  const { gate, allowances, registry, limits } = parts
  const key = await gate.keyIn(headers)
  if (!key) throw new BaroError('unauthenticated', 'Only a program revalidates here. Send "Authorization: Bearer KEY".')
  const principal = { key, address: address === undefined ? undefined : networkOf(address) }
  allowances.admit(principal, prices.post)
  const body = await bodyOf(request, limits.maxMessageBytes, parts)
  allowances.spend(principal, 0, body.length)
  const { channels, paths } = marksIn(orThrow(parseJson(body)))
  allowances.admit(principal, channels.length + paths.length)
  const tags = channels.map((channel) => {
    const resolved = orThrow(registry.resolve(channel))
    gate.assertInScope(resolved, key, 'revalidate')
    return `channel:${resolved.channel}`
  })
  if (!key.actions.has('revalidate'))
    throw new BaroError('refused', `The server key "${key.name}" may not revalidate. Add it to its actions.`)
  await parts.mark([...tags, ...paths.map(placeIn)])
  return sendAnswer(request, response, { status: 200, body: '{}', caching: 'none' })
}

function placeIn(path: string): string {
  try {
    return tagOfPlace(path)
  } catch (cause) {
    throw new BaroError('bad-message', (cause as Error).message, { cause })
  }
}

function marksIn(body: Json): { readonly channels: readonly string[]; readonly paths: readonly string[] } {
  const { channels = [], paths = [] } = (body ?? {}) as { readonly [name: string]: Json | undefined }
  if (!isTexts(channels) || !isTexts(paths) || channels.length + paths.length === 0)
    throw new BaroError('bad-message', 'The body is not { "channels": ["room:42", …], "paths": ["/news", …] }.')
  const count = channels.length + paths.length
  if (count > maxMarks)
    throw new BaroError('too-large', `The body names ${count} of them. Send at most ${maxMarks} at once.`)
  return { channels, paths }
}

function isTexts(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
