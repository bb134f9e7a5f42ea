/**
 * What the inspector answers, below `/baro/inspect/api`. Each is a GET whose answer is JSON, but the last two.
 *
 *     /nodes                                        NodesAnswer
 *     /sessions?user=&channel=&limit=               SessionsAnswer
 *     /sessions/SESSION?lang=                       SessionAnswer        its journal, and the proof of its hand-overs
 *     /sessions/SESSION/frames?after=               FramesAnswer         asking begins to look; ask again within 15 s
 *     /channels?limit=                              ChannelsAnswer
 *     /channels/NAME?limit=&until=                  ChannelAnswer        what is kept, newest last
 *     /channels/NAME/members                        MembersAnswer
 *     /channels/NAME/state?at=                      StateAnswer          time travel
 *     /why?user=&session=&channel=&offset=&id=&lang=  NodesWhyAnswer      `lang=ko`: its sentences in Korean
 *     /channels/NAME/tail                           event stream of TailEvent
 *     POST /channels/NAME { type, payload }         PublishAnswer
 *
 * Whoever asks shows the inspector key as `Authorization: Bearer`. Errors are those of the hub: `{ error: { code, message } }`.
 */
import type { Json } from '@baro/core'
import type { JournalEvent, Trouble, WhyOfSession } from '@baro/server'
import type {
  SeenChannel,
  SeenFrames,
  SeenHandOver,
  SeenHistory,
  SeenNode,
  SeenPublication,
  SeenSession,
  SeenState,
} from '@baro/server/parts'

/** The node that something is told of. */
export interface OfNode {
  readonly node: string
}

/** All nodes that answered. */
export interface NodesAnswer {
  /** The node that was asked. */
  readonly here: string
  readonly nodes: readonly SeenNode[]
}

/** The sessions that are open, the oldest first. */
export interface SessionsAnswer {
  readonly sessions: readonly (SeenSession & OfNode)[]
  /** How many there are, of which only some may be listed. */
  readonly total: number
}

/** An event of the journal, with its sentence. */
export type ToldEvent = JournalEvent & { readonly sentence: string }

/** What is known of one session. */
export interface SessionAnswer {
  /** Left out: it has ended, or there never was one. */
  readonly open?: (SeenSession & OfNode) | undefined
  /** The node whose journal this is. Left out: no node knows the session. */
  readonly node?: string | undefined
  readonly sinceMs: number
  readonly events: readonly ToldEvent[]
  readonly handOvers: readonly SeenHandOver[]
}

/** Frames of a session. `node` is left out where no node has it open. */
export type FramesAnswer = SeenFrames & { readonly node?: string | undefined }

/** A definition of the hub, for who publishes. */
export interface DefinitionSeen {
  readonly pattern: string
  /** Types that may be published. */
  readonly events: readonly string[]
  readonly hasState: boolean
  readonly hasMembers: boolean
}

/** The channels that somebody follows on any node. */
export interface ChannelsAnswer {
  readonly channels: readonly (SeenChannel & { readonly nodes: number })[]
  readonly total: number
  readonly definitions: readonly DefinitionSeen[]
}

/** What is kept of a channel. */
export interface ChannelAnswer extends SeenHistory {
  readonly definition: DefinitionSeen
  readonly mayPublish: boolean
}

/** Who is in a channel, as its members channel shows it; `null` where it has no members. */
export interface MembersAnswer {
  readonly members: Json
}

/** A state at an offset. */
export type StateAnswer = SeenState

/** Why somebody got a publication or did not, from the journals of all nodes. */
export interface NodesWhyAnswer {
  readonly channel: string | undefined
  /** Left out if it is not kept any more, or none was asked for. */
  readonly publication: Omit<SeenPublication, 'payload' | 'by'> | undefined
  readonly sessions: readonly (Omit<WhyOfSession, 'events'> & OfNode & { readonly events: readonly ToldEvent[] })[]
  readonly troubles: readonly (Trouble & OfNode)[]
  /** From when on each journal knows everything. */
  readonly journals: readonly { readonly node: string; readonly sinceMs: number }[]
}

/** One message of the event stream `tail`. */
export type TailEvent =
  | { readonly is: 'published'; readonly publications: readonly SeenPublication[] }
  | {
      readonly is: 'signalled'
      readonly type: string
      readonly by?: string | undefined
      readonly to?: string | undefined
      readonly payload: Json
    }
  /** The stream is in another life. */
  | { readonly is: 'begun-anew' }
  /** So many messages were left out, because whoever looks does not read fast enough. */
  | { readonly is: 'left-out'; readonly messages: number }

/** It was published. */
export interface PublishAnswer {
  readonly id: string
  readonly position: string
}
