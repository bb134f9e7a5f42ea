/** A plain WebSocket on a channel's own URL, for code that knows nothing of us: `new WebSocket(url)`. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { BaroError, errorCodes } from '@baro/core'
import type { HubParts } from '../../hub/hub-parts.ts'
import { contextOf } from '../http/http-user.ts'
import { refuseUpgrade, type WebSocketTransport } from '../websocket/websocket.ts'
import { webSocketDialect } from './channel-dialects.ts'
import { parseChannelQuery } from './channel-query.ts'
import { ChannelStream } from './channel-stream.ts'

/** An upgrade that was asked for. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly stream: Duplex
  readonly head: Buffer
}

/** Opens the channel's stream, or answers the upgrade with the status and sentence of what was wrong. */
export function upgradeChannel(
  parts: HubParts,
  webSockets: WebSocketTransport,
  rest: string,
  { request, stream, head }: Upgrade,
): void {
  prepare(parts, rest, request)
    .then(({ resolved, query, user }) => {
      webSockets.upgrade(request, stream, head, (socket) => {
        const dialect = webSocketDialect(socket.framing, query.view)
        const life = { heartbeat: () => socket.ping(), drain: () => {} }
        const session = new ChannelStream(parts, socket, life, { resolved, dialect, position: query.position, user })
        parts.sessionStarted(session)
        return session
      })
    })
    .catch((error) => {
      parts.counters.rejected++
      const { code, message } = parts.explain(error, rest)
      refuseUpgrade(stream, errorCodes[code].status, `${code}: ${message}`)
    })
}

async function prepare(parts: HubParts, rest: string, request: IncomingMessage) {
  const name = /^\/channels\/([^/]+)$/.exec(rest)?.[1]
  if (name === undefined)
    throw new BaroError('unknown-channel', `There is nothing at ${JSON.stringify(rest.slice(0, 80))}. See PROTOCOL.md.`)
  const resolved = parts.registry.resolve(name)
  if (!resolved.ok) throw resolved.error
  const search = new URLSearchParams((request.url ?? '').split('?')[1] ?? '')
  search.set('live', 'sse')
  const query = parseChannelQuery(search, {})
  if (!query.ok) throw query.error
  const context = await contextOf(parts, resolved.value, request)
  await parts.assertAllowed(resolved.value, context, 'subscribe')
  return { resolved: resolved.value, query: query.value, user: context.user }
}
