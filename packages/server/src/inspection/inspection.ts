/** What somebody who looks into a node may ask of it. While nobody asks, nothing of it is kept, counted or made. */
import type { Json, Reference } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import type { SessionRung } from '../observe/hub-events.ts'
import type { JournalPage } from '../observe/journal.ts'

/** A node, in a few numbers. */
export interface SeenNode {
  /** Its name, made at its start: another start has another one. */
  readonly node: string
  readonly sessions: number
  readonly subscriptions: number
  /** Channels that somebody here follows or has just read. */
  readonly channels: number
  readonly published: number
  readonly rejected: number
  readonly health: 'ready' | 'draining' | 'degraded'
  /** From this moment on its journal knows everything. */
  readonly journalSinceMs: number
}

/** Where somebody stands in a channel. */
export interface SeenFollowing {
  readonly channel: string
  /**
   * - `asking`: the rule or the stream has not answered yet.
   * - `live`: it gets each publication as it comes.
   * - `reading`: it catches up from history.
   * - `waiting`: so much waits for its link that nothing more is read for it.
   */
  readonly is: 'asking' | 'live' | 'reading' | 'waiting'
  /** It has everything up to here. Left out where that is not known. */
  readonly offset?: number | undefined
}

/** A session that is open now. */
export interface SeenSession {
  readonly session: string
  /** Left out for a guest. */
  readonly user?: string | undefined
  readonly rung: SessionRung
  /** The network address. */
  readonly address?: string | undefined
  /** When it was let in; left out if the journal does not go back so far. */
  readonly sinceMs?: number | undefined
  /** Bytes that wait for its link. */
  readonly waitingBytes: number
  readonly follows: readonly SeenFollowing[]
}

/** A channel that somebody on this node follows, or has just read. */
export interface SeenChannel {
  readonly channel: string
  /** The pattern of its definition. */
  readonly pattern: string
  readonly epoch: string
  readonly offset: number
  /** Live readers of this node. */
  readonly readers: number
}

/** A publication as it may be shown: private fields are hidden, long texts cut. */
export interface SeenPublication {
  readonly offset: number
  readonly id: string
  readonly type: string
  readonly timeMs: number
  readonly by?: string | undefined
  readonly payload: Json
}

/** Some of what is kept of a channel, newest last. */
export interface SeenHistory {
  readonly channel: string
  readonly epoch: string
  readonly head: number
  /** Everything after this offset is kept. */
  readonly floor: number
  readonly publications: readonly SeenPublication[]
}

/** Something in a state that is not as before. */
export interface SeenChange {
  /** JSON Pointer (RFC 6901); empty for all of the state. */
  readonly path: string
  /** Left out: it was not there. */
  readonly before?: Json | undefined
  /** Left out: it is not there any more. */
  readonly after?: Json | undefined
}

/** The state of a channel at an offset, and how its last publication led there. */
export interface SeenState {
  readonly channel: string
  readonly epoch: string
  readonly head: number
  /** The first offset whose state can be shown. */
  readonly floor: number
  /** Whose state this is: the asked one, or the next one before it that is kept. */
  readonly at: number
  /**
   * What it was folded from: the initial state at offset 0, a state that the broker has kept, or the initial state at the
   * oldest publication that is left. The last is not exact: what was trimmed is not in it.
   */
  readonly base: { readonly is: 'beginning' | 'kept' | 'oldest'; readonly offset: number }
  readonly isExact: boolean
  readonly state: Json
  /** The publication that led here; left out at the base. */
  readonly publication?: SeenPublication | undefined
  /** What the reducer did with it. `none`: the state has no reducer for its type; `threw`: all skip it. */
  readonly reducer?: 'changed' | 'left-alone' | 'none' | 'threw' | undefined
  readonly changes: readonly SeenChange[]
  /** The offsets beside it that are kept. */
  readonly previous?: number | undefined
  readonly next?: number | undefined
}

/** How a session came from where a page stood to live, in one channel. */
export interface SeenHandOver {
  readonly channel: string
  readonly atMs: number
  /** Where the page was rendered: an offset, or how it came without one. */
  readonly renderedAt: number | 'queried' | 'now' | 'none'
  /** `asked`: there is no answer yet, or it was refused. */
  readonly outcome: 'recovered' | 'reset' | 'asked'
  /** Why it got the newest state in place of what follows. */
  readonly reason?: ResetReason | undefined
  /** From here it went on: where the page was rendered, or where the newest state stands. */
  readonly resumedAt?: number | undefined
  /** Publications that came with the answer. */
  readonly caughtUp: number
  /** It was live from here on: it has everything up to this offset. */
  readonly liveAt?: number | undefined
  /** The first publication that came to it live; left out while there is none, or if it is not kept any more. */
  readonly firstLive?: number | undefined
  /** Publications between the page and live that history has and it did not get. Left out: history does not go back so far. */
  readonly missing?: number | undefined
}

/** One frame of a link. */
export interface SeenFrame {
  /** Its number since somebody looks. */
  readonly number: number
  readonly atMs: number
  readonly way: 'in' | 'out'
  /** `close`: the hub has closed the link. */
  readonly kind: 'text' | 'binary' | 'comment' | 'close'
  /** Its length on the wire, without what TLS adds. What comes in counts without its header. */
  readonly bytes: number
  readonly isCompressed: boolean
  /** The type of the message in it. */
  readonly type?: string | undefined
  readonly channel?: string | undefined
  /** The message, with tokens, secrets and private fields hidden. Left out if it is no JSON: nobody knows what is private in it. */
  readonly message?: Json | undefined
}

/** Frames of a link since somebody looks. */
export interface SeenFrames {
  readonly session: string
  /** Whether there are frames to be seen: not those of a participant in the process, nor of one request. */
  readonly hasFrames: boolean
  readonly frames: readonly SeenFrame[]
  /** Ask for what follows this number. */
  readonly next: number
}

/** Which sessions are asked for. */
export interface SessionsAsked {
  readonly user?: string | undefined
  readonly channel?: string | undefined
  readonly session?: string | undefined
  readonly limit: number
}

/** What is told of a channel while somebody looks. */
export interface TailTold {
  published(publications: readonly SeenPublication[]): void
  signalled(signal: {
    readonly type: string
    readonly by?: string | undefined
    readonly to?: string | undefined
    readonly payload: Json
  }): void
  /** The stream is in another life: offsets begin anew. */
  begunAnew(): void
}

/**
 * Looks into one node: for an inspector, which a gateway is. No rule is asked, no hook runs, nobody joins: who looks must not
 * change what is seen. What a channel's handlers call `private` is hidden in all of it.
 */
export interface Inspection {
  readonly node: string
  seen(): SeenNode
  /** The open sessions, and how many there are that fit. */
  sessions(asked: SessionsAsked): { readonly sessions: readonly SeenSession[]; readonly total: number }
  /** The channels with most readers first, and how many there are. */
  channels(limit: number): { readonly channels: readonly SeenChannel[]; readonly total: number }
  /** What the journal knows of a session. */
  journal(session: string): JournalPage
  /** How a session came from its pages to live. @throws {BaroError} `unavailable`. */
  handOvers(session: string): Promise<readonly SeenHandOver[]>
  /** @throws {BaroError} `bad-name`, `unknown-channel`, `unavailable`. */
  history(reference: Reference, limit: number, until?: number): Promise<SeenHistory>
  /**
   * The newest value, as a snapshot has it.
   *
   * @throws {BaroError} `bad-name`, `unknown-channel`, `unavailable`.
   */
  value(reference: Reference): Promise<{ readonly offset: number | undefined; readonly value: Json }>
  /**
   * The state at an offset; default: at the head.
   *
   * @throws {BaroError} `bad-name`, `unknown-channel`, `unavailable`; `not-accepted` if the channel has no folded state.
   */
  stateAt(reference: Reference, at?: number): Promise<SeenState>
  /**
   * The frames of a session after a number. The first call begins to look; nobody looks any more when no call has come for
   * 15 seconds.
   */
  frames(session: string, after: number): SeenFrames
  /**
   * Tells what comes in a channel from now on; returns how to stop.
   *
   * @throws {BaroError} `bad-name`, `unknown-channel`, `unavailable`.
   */
  tail(reference: Reference, told: TailTold): Promise<() => void>
}
