/** A plain WebSocket on a channel's own URL, for code that does not use our client: `new WebSocket(url)`. */
import { BaroError, errorCodes } from '@baro/core'
import { orThrow } from '@baro/core/protocol'
import type { Registry } from '../../channel/registry.ts'
import { principalOf } from '../http/http-principal.ts'
import { refuseUpgrade, type Upgrade, type WebSocketTransport } from '../websocket/websocket.ts'
import { webSocketDialect } from './channel-dialects.ts'
import { parseChannelQuery } from './channel-query.ts'
import { ChannelStream, type ChannelStreamParts } from './channel-stream.ts'

/** What opening a plain WebSocket works with. */
export interface ChannelSocketParts extends ChannelStreamParts {
  readonly registry: Registry
  readonly webSockets: WebSocketTransport
}

/** Opens the channel's stream, or answers the upgrade with the status and message of the error. */
export function upgradeChannel(parts: ChannelSocketParts, rest: string, upgrade: Upgrade): void {
  const { stream } = upgrade
  prepare(parts, rest, upgrade)
    .then(({ resolved, query, principal: reader }) => {
      parts.webSockets.upgrade(upgrade, (socket) => {
        const dialect = webSocketDialect(socket.framing, query.view)
        const voice = { heartbeat: () => socket.ping(), drain: () => {} }
        return new ChannelStream(parts, socket, voice, { resolved, dialect, position: query.position, reader })
      })
    })
    .catch((error) => {
      parts.counters.rejected++
      const { code, message } = parts.gate.explain(error, rest)
      refuseUpgrade(stream, errorCodes[code].status, `${code}: ${message}`)
    })
}

async function prepare(parts: ChannelSocketParts, rest: string, { request, handshake }: Upgrade) {
  const name = /^\/channels\/([^/]+)$/.exec(rest)?.[1]
  if (name === undefined)
    throw new BaroError('unknown-channel', `There is nothing at ${JSON.stringify(rest.slice(0, 80))}. See PROTOCOL.md.`)
  const resolved = orThrow(parts.registry.resolve(name))
  const search = new URLSearchParams((request.url ?? '').split('?')[1] ?? '')
  search.set('live', 'sse')
  const query = orThrow(parseChannelQuery(search, {}))
  const principal = await principalOf(parts.gate, handshake)
  await parts.gate.assertAllowed(resolved, principal, 'read')
  return { resolved, query, principal }
}
