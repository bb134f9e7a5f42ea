import type { IncomingMessage } from 'node:http'
import { bearerOf } from '../../access/bearer.ts'
import type { ChannelContext, Identity } from '../../channel/handlers.ts'
import type { Resolved } from '../../channel/registry.ts'
import type { HubParts } from '../../hub/hub-parts.ts'

/** Who sends a request. */
export function userOf(parts: HubParts, request: IncomingMessage): Promise<Identity | undefined> {
  const token = bearerOf(request.headers)
  return parts.authenticate({ headers: request.headers, ...(token === undefined ? undefined : { token }) })
}

/** Where a request acts, and who makes it. */
export async function contextOf(
  parts: HubParts,
  { channel, params }: Resolved,
  request: IncomingMessage,
): Promise<ChannelContext> {
  return { channel, params, user: await userOf(parts, request), session: undefined }
}
