/**
 * What dear things cost, in messages. The allowance counts work (I7), and its unit is a publish on a link that nobody
 * follows. `npm run hostile:costs` measures each in processor time of the hub, the work of Node included; a price is
 * that, rounded up. So whatever an address brings, its allowance of 2,000 messages a second is about a tenth of a core.
 *
 * Links cost more than they take while they are opened. Each is told what others say, for which nobody pays; and when an
 * address lets all of them go at once, Node ends them in one turn of the event loop, which nothing can share out: a
 * thousand stop it for 95 ms. So an address gets only so many a second that this is less than a hundredth of the time.
 */
export const prices = {
  /** GET of a channel. */
  read: 2,
  /** A request that waits for news. */
  longPoll: 10,
  /** A publish by POST: a request with a body. */
  post: 6,
  /** `POST /baro/connect`: a session for one request. Its messages cost as those of a link. */
  session: 10,
  /** An event stream of a channel. */
  stream: 40,
  /** A WebSocket. */
  upgrade: 30,
  /** The first use of a channel on this node. */
  feed: 2,
  /** An answer that is an error, beside what was paid already: a wrong token, an unknown path, a foreign origin. */
  refusal: 2,
} as const
