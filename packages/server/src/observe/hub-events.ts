/** What a hub tells whoever observes it. No event holds a token, a key or a payload. */
import type { ErrorCode } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'

/** How a session is linked: a rung of the ladder, or `process` for `hub.open`. */
export type SessionRung = 'websocket' | 'sse' | 'long-poll' | 'poll' | 'process'

/** Who something happened to. */
export interface Who {
  /** The id of the session, as its client got it. Left out where none is open. */
  readonly session?: string | undefined
  /** Left out for a guest. */
  readonly user?: string | undefined
  /** `long-poll` and `poll`: it is one request, and its client comes back with another. */
  readonly rung?: SessionRung | undefined
  /** The network address, where that is all that is known of it. */
  readonly address?: string | undefined
}

/** Who reads a channel. */
export interface WhoReads extends Who {
  readonly channel: string
}

/** What an event may be about, whichever it is. */
export interface EventSubject {
  readonly name: string
  readonly channel?: string | undefined
  readonly session?: string | undefined
  readonly user?: string | undefined
}

/** What each event says beside its name and its time. Positions are opaque texts, offsets are for people. */
export interface HubEventFacts {
  /** A session was let in. */
  connected: Who
  /** A session has ended that was let in: with its close code, 1006 if its link broke. */
  disconnected: Who & { readonly code: number; readonly reason: string }
  /** Somebody asks to follow a channel, from an offset, from now on, or from the newest snapshot. */
  subscribed: WhoReads & { readonly from: number | 'queried' | 'now' | 'none' }
  /** Somebody does not follow a channel any more: by leaving, or because the session has ended. */
  unsubscribed: WhoReads
  /** A reader or a poll goes on from its position. `offset`: up to here it has everything now. */
  recovered: WhoReads & { readonly offset: number; readonly publications: number; readonly isLive: boolean }
  /** A reader or a poll cannot go on from its position, and got the newest snapshot, which is at `offset`. */
  reset: WhoReads & { readonly reason: ResetReason; readonly offset: number | undefined; readonly isLive: boolean }
  /** A reader that was catching up is live from this offset on. */
  live: WhoReads & { readonly offset: number }
  /** A live reader was cut, because so much waits for its link. It has everything up to `offset`, and reads on later. */
  cut: WhoReads & { readonly offset: number | undefined }
  /** A signal was left out for one reader, because so much waits for its link. */
  'signal-dropped': WhoReads
  /**
   * Somebody was answered with an error. The words are those that the client got, or a general sentence where those could
   * quote what the client has sent.
   */
  refused: Who & {
    readonly code: ErrorCode
    readonly message: string
    readonly channel?: string | undefined
    /** It is the end of following the channel, and not the answer to a message. */
    readonly isOfFollowing?: boolean | undefined
  }
  /** A link has sent more than it may, so nothing is read from it for this long. */
  slowed: Who & { readonly waitMs: number }
  /** Code of the application threw: a handler, a rule, a schema. The log has what it threw. */
  failed: Who & { readonly where: string; readonly channel?: string | undefined }
  /** Publications were appended through this hub. `offset` and `id` are those of the last and of the first. */
  published: {
    readonly channel: string
    readonly offset: number
    readonly publications: number
    readonly id: string
    readonly type: string
    readonly by?: string | undefined
  }
  /** A handler has answered a publish, or thrown. The type is one that has a handler. */
  handled: {
    readonly channel: string
    /** The pattern of its channel, of which there are few. */
    readonly pattern: string
    readonly type: string
    readonly tookMs: number
  }
  /** A signal was sent to everybody who follows a channel on an open stream, or to one user. */
  signalled: {
    readonly channel: string
    readonly type: string
    readonly by?: string | undefined
    readonly to?: string | undefined
  }
  /** A batch was handed to the live readers of this node: once for all of them. */
  delivered: {
    readonly channel: string
    readonly follows: number
    readonly offset: number
    readonly publications: number
    readonly readers: number
    /** When the oldest of them was published, by the clock of its node. `undefined` if there is none. */
    readonly publishedAtMs: number | undefined
  }
  /** A delivery of the broker did not follow where the node stands: the node reads what is between. */
  gap: { readonly channel: string; readonly offset: number }
  /** The stream of a channel is in another life: its broker has lost it, or begun it anew. Its readers are reset. */
  'begun-anew': { readonly channel: string; readonly offset: number }
  /** A reducer threw at a publication, which hub and browsers skip. */
  skipped: { readonly channel: string; readonly offset: number; readonly type: string }
  /** The node takes no new session, and tells all to come back. */
  draining: { readonly sessions: number }
}

/** The name of an event. */
export type HubEventName = keyof HubEventFacts

/** One event. */
export type HubEvent<Name extends HubEventName = HubEventName> = {
  [Each in Name]: { readonly name: Each; readonly atMs: number } & HubEventFacts[Each]
}[Name]

/** What is called for each event that it names, with the event. It runs at once, so it must be quick. */
export type HubObserver = { readonly [Name in HubEventName]?: (event: HubEvent<Name>) => void }

// An object, because one that lacks a name does not compile.
const named: Readonly<Record<HubEventName, true>> = {
  connected: true,
  disconnected: true,
  subscribed: true,
  unsubscribed: true,
  recovered: true,
  reset: true,
  live: true,
  cut: true,
  'signal-dropped': true,
  refused: true,
  slowed: true,
  failed: true,
  published: true,
  handled: true,
  signalled: true,
  delivered: true,
  gap: true,
  'begun-anew': true,
  skipped: true,
  draining: true,
}

/** Every name, for who observes all. */
export const hubEventNames: readonly HubEventName[] = Object.keys(named) as HubEventName[]
