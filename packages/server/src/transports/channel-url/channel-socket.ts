/** A plain WebSocket on a channel's own URL, for code that does not use our client: `new WebSocket(url)`. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorCodes } from '@baro/core'
import { orThrow } from '@baro/core/protocol'
import type { Registry } from '../../channel/registry.ts'
import type { Handshake } from '../../ports/socket.ts'
import { principalOf } from '../http/http-principal.ts'
import { refuseUpgrade, type WebSocketTransport } from '../websocket/websocket.ts'
import { webSocketDialect } from './channel-dialects.ts'
import { parseChannelQuery, searchOf } from './channel-query.ts'
import { ChannelStream, type ChannelStreamParts } from './channel-stream.ts'

/** A request for an upgrade. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly stream: Duplex
  readonly head: Buffer
  readonly handshake: Handshake
}

/** Where a plain WebSocket is asked for: at the channel's own URL, or where an application has mounted it. */
export interface ChannelPlace {
  /** Names the place in the log. */
  readonly where: string
  /** The name of the channel. Throws if there is none. */
  channel(): string
  /** What the query says if it does not say something else. */
  readonly defaults: Readonly<Record<string, string>>
}

/** What opening a plain WebSocket works with. */
export interface ChannelSocketParts extends ChannelStreamParts {
  readonly registry: Registry
  readonly webSockets: WebSocketTransport
}

/** Opens the channel's stream, or answers the upgrade with the status and message of the error. */
export function upgradeChannel(parts: ChannelSocketParts, place: ChannelPlace, upgrade: Upgrade): void {
  const { request, stream, head } = upgrade
  prepare(parts, place, upgrade)
    .then(({ resolved, query, principal: reader, awaitsToken }) => {
      parts.webSockets.upgrade(request, stream, head, (socket) => {
        const dialect = webSocketDialect(socket.framing, query.view)
        const voice = { heartbeat: () => socket.ping(), drain: () => {} }
        return new ChannelStream(parts, socket, voice, {
          ...{ resolved, dialect, position: query.position, reader, awaitsToken },
        })
      })
    })
    .catch((error) => {
      parts.counters.rejected++
      const { code, message } = parts.gate.explain(error, place.where)
      refuseUpgrade(stream, errorCodes[code].status, `${code}: ${message}`)
    })
}

async function prepare(parts: ChannelSocketParts, place: ChannelPlace, { request, handshake }: Upgrade) {
  parts.registry.assertComplete()
  const resolved = orThrow(parts.registry.resolve(place.channel()))
  const search = searchOf(request.url, place.defaults)
  search.set('live', 'sse')
  const query = orThrow(parseChannelQuery(search, {}))
  const principal = await principalOf(parts.gate, handshake)
  // Not refused when there is not enough: what the link brings waits.
  parts.allowances.spend(principal, 1, 0)
  try {
    await parts.gate.assertAllowed(resolved, principal, 'read')
    return { resolved, query, principal, awaitsToken: false }
  } catch (error) {
    // A browser cannot send a header with a WebSocket, and shows no status of its handshake. So a guest may still say who
    // it is, by its first message.
    if (principal.user) throw error
    // The error of a rule that throws is logged, as it would be if it were sent.
    parts.gate.explain(error, place.where)
    return { resolved, query, principal, awaitsToken: true }
  }
}
