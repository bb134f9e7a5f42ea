import type { ClientMessage, ServerMessage } from '@baro/core/protocol'

/** The ways there are, from the best to the last resort. */
export type Rung = 'websocket' | 'sse' | 'long-poll' | 'poll'

/** What a link tells the client. */
export interface LinkEvents {
  /** Messages may be sent. Called at most once, first, and not before `open` has returned. */
  opened(): void
  /** One message arrived. With `baro:drain` the client closes the link by itself. */
  received(message: ServerMessage): void
  /** The link is gone; nothing follows. `code` is the WebSocket close code, 1006 if there was no goodbye. */
  closed(code: number, reason: string): void
}

/** Told, it brings the client back at once, from where it stands, by another link. */
export const moved: ServerMessage = { type: 'baro:drain', payload: { reconnectInMs: 0 } }

/**
 * The attempt of an answer that nobody here has asked for: a link that several tabs share tells it. A reset moves whoever is live,
 * and anything else changes nothing.
 */
export const unasked = 0

/** One link to a hub. */
export interface Link {
  /** Sends one message. Never throws: what a dead link swallows is found out by `closed` or by silence. */
  send(message: ClientMessage): void
  /** Says goodbye. Nothing is told about this link afterwards, `closed` included. */
  close(): void
}

/**
 * Moves messages to a hub and back. It knows nothing of positions or channels.
 *
 * Duties: `open` never blocks; each call is a new link with its own events; messages of one link arrive whole and in
 * order, or the link closes, as it does when what arrives cannot be read. How a message looks on its way is nobody
 * else's business.
 */
export interface Transport {
  readonly rung: Rung
  /** Whether its links serve other tabs too, so that a page nobody looks at must keep them. */
  readonly isShared?: boolean
  /**
   * Opens a link.
   *
   * @param url The `url` of the client, for example `/baro` or `https://shop.example/baro`.
   * @throws {BaroError} `bad-definition` if no try can ever succeed: the client gives up and logs the message.
   */
  open(url: string, events: LinkEvents): Link
}
