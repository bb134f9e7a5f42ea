import { above0, milliseconds, type OptionRules, whole, wholeOrUnbounded } from '@baro/core/protocol'

/** What one client may cost. Every queue and every input has its bound (I7). PROTOCOL.md lists the defaults. */
export interface Limits {
  /** Longest message a client may send, in bytes. Default 64 KiB. */
  readonly maxMessageBytes: number
  /**
   * Messages that a link may send per second, on average. A burst may be twice as large, so that a client can come back
   * with all its subscriptions at once. What is above it is read later. Default 100.
   */
  readonly messagesPerSecond: number
  /** Bytes that a link may send per second, likewise, and those of what is inflated. Default 512 KiB. */
  readonly bytesPerSecond: number
  /**
   * How many times as much as a link a user may send and have at work, over all links and requests. `Infinity` lifts the
   * bound. Default 4.
   */
  readonly timesPerUser: number
  /**
   * How many times as much as a link an address may send and have at work, where nobody was let in: guests, and strangers
   * until they are. Of IPv6, 64 bits are an address. `Infinity` lifts the bound. Default 20.
   */
  readonly timesPerAddress: number
  /**
   * How many times as much as a link a server key may send and have at work, over all requests. `Infinity` lifts the bound.
   * Default 20.
   */
  readonly timesPerKey: number
  /**
   * WebSockets, event streams and held requests that a user may have open at once on a node, and likewise a server key.
   * `Infinity` lifts the bound. Default 100.
   */
  readonly maxConnectionsPerUser: number
  /** The same of an address, where nobody was let in. `Infinity` lifts the bound. Default 2,000. */
  readonly maxConnectionsPerAddress: number
  /** Publishes, signals and requests of a link that may be at work, or wait for one at work. Default 256. */
  readonly maxMessagesAtWork: number
  /** Channels a session may follow at once. Default 128. */
  readonly maxSubscriptions: number
  /**
   * Members that a room lists. With more it tells how many there are, and its members are asked for; at four fifths of it
   * they are listed again. Default 500.
   */
  readonly maxListedMembers: number
  /** Bytes waiting on a socket above which its readers are cut and catch up from history later. Default 128 KiB. */
  readonly maxOutboxBytes: number
  /** Bytes of replies and errors waiting on a socket above which its connection closes as slow. Default 1 MiB. */
  readonly maxReplyBytes: number
  /** Publications read from history at once while a reader catches up. Default 500. */
  readonly catchUpPublications: number
  /** Bytes read from history at once while a reader catches up. Default 256 KiB. */
  readonly catchUpBytes: number
  /** How long it may take until a session is open: `baro:connect` and `auth` together. Default 10,000. */
  readonly connectTimeoutMs: number
  /** How long an access rule may take to answer; then it refuses. Default 10,000. */
  readonly ruleTimeoutMs: number
  /**
   * How long a snapshot may take to come from the application or a database; then whoever waits for it is told `unavailable`,
   * and the next one asks anew. Default 30,000.
   */
  readonly snapshotTimeoutMs: number
  /** How long the body of a request may take to come. Default 30,000: the longest one at 35 kB a second. */
  readonly bodyTimeoutMs: number
  /** Requests that may wait behind another on their connection; one more closes it. Default 32. */
  readonly maxPipelinedRequests: number
}

/** The limits of a hub that names none. */
export const defaultLimits: Limits = {
  maxMessageBytes: 64 << 10,
  messagesPerSecond: 100,
  bytesPerSecond: 512 << 10,
  timesPerUser: 4,
  timesPerAddress: 20,
  timesPerKey: 20,
  maxConnectionsPerUser: 100,
  maxConnectionsPerAddress: 2_000,
  maxMessagesAtWork: 256,
  maxSubscriptions: 128,
  maxListedMembers: 500,
  maxOutboxBytes: 128 << 10,
  maxReplyBytes: 1 << 20,
  catchUpPublications: 500,
  catchUpBytes: 256 << 10,
  connectTimeoutMs: 10_000,
  ruleTimeoutMs: 10_000,
  snapshotTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  maxPipelinedRequests: 32,
}

/** What each limit must be. A client without a bound is none that Baro serves (I7), so only what many share may be `Infinity`. */
export const limitRules: OptionRules<Limits> = {
  maxMessageBytes: whole('bytes', 1),
  messagesPerSecond: above0('messages a second'),
  bytesPerSecond: above0('bytes a second'),
  timesPerUser: wholeOrUnbounded('links', 1),
  timesPerAddress: wholeOrUnbounded('links', 1),
  timesPerKey: wholeOrUnbounded('links', 1),
  maxConnectionsPerUser: wholeOrUnbounded('connections', 1),
  maxConnectionsPerAddress: wholeOrUnbounded('connections', 1),
  maxMessagesAtWork: whole('messages', 1),
  maxSubscriptions: whole('channels', 1),
  maxListedMembers: whole('members', 1),
  maxOutboxBytes: whole('bytes'),
  maxReplyBytes: whole('bytes'),
  catchUpPublications: whole('publications', 1),
  catchUpBytes: whole('bytes', 1),
  connectTimeoutMs: milliseconds(),
  ruleTimeoutMs: milliseconds(),
  snapshotTimeoutMs: milliseconds(),
  bodyTimeoutMs: milliseconds(),
  maxPipelinedRequests: whole('requests'),
}
