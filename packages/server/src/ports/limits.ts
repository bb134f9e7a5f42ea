import { above0, milliseconds, type OptionRules, whole } from '@baro/core/protocol'

/** What one client may cost. Every queue and every input has its bound (I7). PROTOCOL.md lists the defaults. */
export interface Limits {
  /** Longest message a client may send, in bytes. Default 64 KiB. */
  readonly maxMessageBytes: number
  /**
   * Messages that a session may send per second, on average. A burst may be twice as large, so that a client can come
   * back with all its subscriptions at once. Default 100.
   */
  readonly messagesPerSecond: number
  /** Publishes, signals and requests of a session that may be at work, or wait for one at work. Default 256. */
  readonly maxMessagesAtWork: number
  /** Channels a session may follow at once. Default 128. */
  readonly maxSubscriptions: number
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
  /** How long the body of a request may take to come. Default 30,000: the longest one at 35 kB a second. */
  readonly bodyTimeoutMs: number
  /** Requests that may wait behind another on their connection; one more closes it. Default 32. */
  readonly maxPipelinedRequests: number
}

/** The limits of a hub that names none. */
export const defaultLimits: Limits = {
  maxMessageBytes: 64 << 10,
  messagesPerSecond: 100,
  maxMessagesAtWork: 256,
  maxSubscriptions: 128,
  maxOutboxBytes: 128 << 10,
  maxReplyBytes: 1 << 20,
  catchUpPublications: 500,
  catchUpBytes: 256 << 10,
  connectTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  maxPipelinedRequests: 32,
}

/** What each limit must be. A client without a bound is none that Baro serves (I7), so none is `Infinity`. */
export const limitRules: OptionRules<Limits> = {
  maxMessageBytes: whole('bytes', 1),
  messagesPerSecond: above0('messages a second'),
  maxMessagesAtWork: whole('messages', 1),
  maxSubscriptions: whole('channels', 1),
  maxOutboxBytes: whole('bytes'),
  maxReplyBytes: whole('bytes'),
  catchUpPublications: whole('publications', 1),
  catchUpBytes: whole('bytes', 1),
  connectTimeoutMs: milliseconds(),
  bodyTimeoutMs: milliseconds(),
  maxPipelinedRequests: whole('requests'),
}
