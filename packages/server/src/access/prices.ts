/**
 * What dear things cost, in messages. The allowance counts work (I7), and its unit is a publish on a link that nobody
 * follows. `npm run hostile:costs` measures each in processor time of the hub, the work of Node included; a price is
 * that, rounded up. So whatever an address brings, its allowance of 2,000 messages a second is about a tenth of a core.
 */
export const prices = {
  /** GET of a channel. */
  read: 2,
  /** A request that waits: what is needed to wait, to be let go and to be answered in turn. */
  longPoll: 6,
  /** An event stream on a connection of its own. */
  stream: 8,
  /** A publish by POST: a request with a body. */
  post: 6,
  /** `POST /baro/connect`: a session for one request. Its messages cost as those of a link. */
  session: 8,
  /** A WebSocket: a connection, its handshake, its session and its end. */
  upgrade: 10,
  /** The first use of a channel on this node. */
  feed: 2,
  /** An answer that is an error, beside what was paid already: a wrong token, an unknown path, a foreign origin. */
  refusal: 2,
} as const
