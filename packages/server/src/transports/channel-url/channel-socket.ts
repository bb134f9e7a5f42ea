/** A plain WebSocket on a channel's own URL, for code that does not use our client: `new WebSocket(url)`. */
import { BaroError, errorCodes } from '@baro/core'
import { orThrow, parseChannelName, quote } from '@baro/core/protocol'
import { Hold } from '../../access/hold.ts'
import { networkOf } from '../../access/network-of.ts'
import type { Registry } from '../../channel/registry.ts'
import { toldError } from '../../observe/told-error.ts'
import { principalOf } from '../http/http-principal.ts'
import { refuseUpgrade, type Upgrade, type WebSocketTransport } from '../websocket/websocket.ts'
import type { Bookmarks } from './bookmarks.ts'
import { webSocketDialect } from './channel-dialects.ts'
import { parseChannelQuery, searchOf } from './channel-query.ts'
import { ChannelStream, type ChannelStreamParts, type StreamVoice } from './channel-stream.ts'
import { Receipts } from './receipts.ts'

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
  readonly bookmarks: Bookmarks
}

/** The channel that a place below the hub's path names, for who is told; `undefined` where an application has mounted one. */
export function channelIn(where: string): string | undefined {
  const name = /^\/channels\/([^/]{1,255})$/.exec(where)?.[1]
  const known = name === undefined ? undefined : parseChannelName(name)
  return known?.ok ? name : undefined
}

/** Opens the channel's stream, or answers the upgrade with the status and message of the error. */
export function upgradeChannel(parts: ChannelSocketParts, place: ChannelPlace, upgrade: Upgrade): void {
  const { stream, handshake } = upgrade
  const address = handshake.address === undefined ? undefined : networkOf(handshake.address)
  prepare(parts, place, upgrade)
    .then(({ resolved, query, principal: reader, awaitsToken, name }) => {
      // Its client has gone meanwhile, and nothing would end what is opened for it.
      if (stream.closed) return
      // The handshake may wait for its turn.
      const hold = new Hold(parts.permits, reader.user, resolved.channel)
      const endHold = () => hold.end()
      stream.once('close', endHold)
      parts.webSockets.upgrade(upgrade, (socket) => {
        stream.off('close', endHold)
        endHold()
        const dialect = webSocketDialect(socket.framing, query.view)
        const voice: StreamVoice = {
          heartbeat: () => socket.ping(),
          drain: () => {},
          ...(name !== undefined && {
            receipts: (who, send) =>
              new Receipts(parts.clock, parts.bookmarks.open(resolved.channel, name, who), send, socket),
          }),
        }
        const { position } = query
        const opened = new ChannelStream(parts, socket, voice, {
          resolved,
          dialect,
          position,
          reader,
          awaitsToken,
          rung: 'websocket',
        })
        if (hold.error) opened.over(hold.error)
        return opened
      })
    })
    .catch((error) => {
      parts.counters.rejected++
      const refusal = parts.gate.explain(error, place.where)
      const { code, message } = refusal
      const told = toldError(refusal, channelIn(place.where))
      parts.observing.refused?.({ rung: 'websocket', address, ...told, isOfFollowing: true })
      refuseUpgrade(stream, errorCodes[code].status, `${code}: ${message}`)
    })
}

async function prepare(parts: ChannelSocketParts, place: ChannelPlace, { request, handshake }: Upgrade) {
  parts.registry.assertComplete()
  const resolved = orThrow(parts.registry.resolvePlain(place.channel()))
  const search = searchOf(request.url, place.defaults)
  search.set('live', 'sse')
  const query = orThrow(parseChannelQuery(search, {}))
  const principal = await principalOf(parts.gate, handshake)
  const name = readerName(search)
  try {
    await parts.gate.assertAllowed(resolved, principal, 'read')
    return { resolved, query, principal, name, awaitsToken: false }
  } catch (error) {
    // A browser cannot send a header with a WebSocket, and shows no status of its handshake. So a guest may still say who
    // it is, by its first message.
    if (principal.user || principal.key) throw error
    // The error of a rule that throws is logged, as it would be if it were sent.
    parts.gate.explain(error, resolved.channel)
    return { resolved, query, principal, name, awaitsToken: true }
  }
}

function readerName(search: URLSearchParams): string | undefined {
  const name = search.get('reader') ?? ''
  if (name === '') return undefined
  // It is a secret: who knows it can move the bookmark of a guest.
  if (/^[A-Za-z0-9._~-]{16,64}$/.test(name)) return name
  throw new BaroError(
    'bad-message',
    `The query reader=${quote(name)} is not 16 to 64 letters, digits or "._~-". Make a random one, once for each page.`,
  )
}
