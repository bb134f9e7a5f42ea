import type { EventSubject, HubEvent, SessionRung } from './hub-events.ts'
import type { JournalEvent, JournalPage } from './journal.ts'
import { english } from './sentences.ts'
import type { Telling } from './telling.ts'
import { troubleOf } from './trouble.ts'

/** What became of a publication for one session. */
export type Outcome =
  /** It was handed to its link while it was live, or right behind a cut. */
  | 'live'
  /** It came with the answer to a subscribe, or while the reader caught up. */
  | 'caught-up'
  /** It is part of a newest state that the session got in place of what it missed. */
  | 'in-state'
  /** The session catches up, and has not come to it yet. */
  | 'waiting'
  /** It did not get it. The cause says why. */
  | 'missed'
  /** The journal does not go back that far. */
  | 'unknown'

/** Why a session is not told of a channel. */
export type Cause =
  | 'refused'
  | 'not-subscribed'
  | 'left'
  | 'disconnected'
  | 'waits-for-answer'
  | 'too-slow'
  | 'journal-too-short'

/** A publication that is asked for. */
export interface PublicationAsked {
  readonly offset: number
  /** When it was published. */
  readonly atMs: number
}

/** What is known of one session and one channel. */
export interface WhyOfSession {
  /** Left out where the user came by single requests. */
  readonly session: string | undefined
  readonly user: string | undefined
  readonly rung: SessionRung | undefined
  /** `undefined` if no publication was asked for. */
  readonly outcome: Outcome | undefined
  /** Why it is not told of the channel now, or was not when the publication came. `undefined` if it is, or was. */
  readonly cause: Cause | undefined
  /** The code to look up: of an error, of a close, or a reason of a reset. */
  readonly code: string | number | undefined
  /** The answer in words. */
  readonly sentence: string
  /** What went wrong for it, newest first, in words. */
  readonly troubles: readonly Trouble[]
  /** From this moment on the journal knows everything of it. */
  readonly sinceMs: number
  /** What the answer rests on, oldest first. */
  readonly events: readonly JournalEvent[]
}

/** Whose page of the journal it is. */
export type WhoAsked = Partial<Pick<WhyOfSession, 'session' | 'user' | 'rung'>>

/** Something that went wrong. */
export interface Trouble {
  readonly code: string | number
  readonly atMs: number
  readonly times: number
  readonly sentence: string
  readonly channel?: string | undefined
  readonly session?: string | undefined
  readonly user?: string | undefined
}

/** An answer to why. */
export interface WhyAnswer {
  readonly channel: string | undefined
  /** The publication that was asked for; `undefined` if none was, or if it is not in history. */
  readonly publication: (PublicationAsked & { readonly id: string; readonly type: string }) | undefined
  /** Who was asked for, newest first; empty if the journal knows nobody like that. */
  readonly sessions: readonly WhyOfSession[]
  /** What went wrong in the channel, or on this node, for nobody in particular; newest first. */
  readonly troubles: readonly Trouble[]
  /** From this moment on the journal of the node knows everything, but of those with more than 200 events. */
  readonly sinceMs: number
}

/** Where one session stands in a channel, as its events tell one after the other. */
type Standing =
  | { readonly is: 'away'; readonly cause: Cause; readonly by: HubEvent | undefined }
  | { readonly is: 'asking' | 'live' | 'catching-up'; readonly offset: number | undefined; readonly by: HubEvent }

/**
 * Answers what became of a channel, or of one of its publications, for one session. Every reader stands at a position, so
 * nothing has to be noted for each delivery: who was live from 41 on and was not cut got 42.
 */
export function explain(
  { events: all, sinceMs }: JournalPage,
  of: WhoAsked,
  channel: string,
  publication?: PublicationAsked,
  telling: Telling = english,
): WhyOfSession {
  const { sentenceOf } = telling
  const events = all.filter((event) => isAbout(event, channel))
  const troubles = troublesOf(events, telling)
  const say = (outcome: Outcome | undefined, sentence: string, by?: HubEvent, cause?: Cause): WhyOfSession => ({
    ...{ session: of.session, user: of.user, rung: of.rung },
    outcome,
    cause,
    code: by && codeOf(by),
    sentence,
    troubles,
    sinceMs,
    events,
  })
  let standing: Standing = { is: 'away', cause: 'not-subscribed', by: undefined }
  for (const event of events) {
    const got = publication && gotBy(standing, event, publication)
    if (got) return say(got, sentenceOf(event), event)
    standing = next(standing, event)
  }
  if (publication && standing.is === 'live') return say('live', `${telling.wasLive} ${sentenceOf(standing.by)}`)
  if (publication && standing.is === 'catching-up')
    return say('waiting', sentenceOf(standing.by), standing.by, 'too-slow')
  if (publication && publication.atMs < sinceMs)
    return say('unknown', telling.journalBeginsLater, undefined, 'journal-too-short')
  if (standing.is === 'asking')
    return say(publication && 'missed', sentenceOf(standing.by), standing.by, 'waits-for-answer')
  if (standing.is === 'away') {
    const sentence = standing.by ? sentenceOf(standing.by) : telling.hasNotSubscribed
    return say(publication && 'missed', sentence, standing.by, standing.cause)
  }
  if (standing.is === 'live') return say(undefined, `${telling.isLive} ${sentenceOf(standing.by)}`)
  // Who asks by single requests is never live, and misses no publication by it, but each signal.
  const isAsking = of.session === undefined
  if (isAsking) return say(undefined, `${sentenceOf(standing.by)} ${telling.getsNoSignals}`)
  return say(undefined, sentenceOf(standing.by), standing.by, 'too-slow')
}

/** What went wrong, newest first. */
export function troublesOf(events: readonly JournalEvent[], { sentenceOf }: Telling = english): readonly Trouble[] {
  return events
    .flatMap((event): readonly Trouble[] => {
      const code = troubleOf(event)
      if (code === undefined) return []
      const { channel, session, user }: EventSubject = event
      return [{ code, atMs: event.untilMs, times: event.times, sentence: sentenceOf(event), channel, session, user }]
    })
    .sort((one, other) => other.atMs - one.atMs)
}

/** How this event brought the publication to who stands so; `undefined` if it did not. */
function gotBy(standing: Standing, event: HubEvent, { offset, atMs }: PublicationAsked): Outcome | undefined {
  switch (event.name) {
    case 'recovered':
      // An answer that begins behind it has nothing of it: whoever comes from there has it already.
      return isBetween(standing, offset, event.offset) ? 'caught-up' : undefined
    case 'live':
      return isBetween(standing, offset, event.offset) ? 'caught-up' : undefined
    case 'reset':
      return event.offset !== undefined && offset <= event.offset ? 'in-state' : undefined
    case 'cut':
      return standing.is === 'live' && event.offset !== undefined && isBetween(standing, offset, event.offset)
        ? 'live'
        : undefined
    case 'unsubscribed':
    case 'disconnected':
      return standing.is === 'live' && (standing.offset ?? 0) < offset && atMs <= event.atMs ? 'live' : undefined
    default:
      return undefined
  }
}

function isBetween(standing: Standing, offset: number, upTo: number): boolean {
  return standing.is !== 'away' && (standing.offset ?? 0) < offset && offset <= upTo
}

function next(standing: Standing, event: HubEvent): Standing {
  switch (event.name) {
    case 'connected':
      return { is: 'away', cause: 'not-subscribed', by: undefined }
    case 'subscribed':
      return { is: 'asking', offset: typeof event.from === 'number' ? event.from : undefined, by: event }
    case 'recovered':
    case 'reset':
      return { is: event.isLive ? 'live' : 'catching-up', offset: event.offset, by: event }
    case 'live':
      return { is: 'live', offset: event.offset, by: event }
    case 'cut':
      return { is: 'catching-up', offset: event.offset, by: event }
    case 'begun-anew':
      return standing
    case 'refused':
      return endsFollowing(event) ? { is: 'away', cause: 'refused', by: event } : standing
    case 'unsubscribed':
      // What ended it says more than that it ended.
      return standing.is === 'away' && standing.cause === 'refused'
        ? standing
        : { is: 'away', cause: 'left', by: event }
    case 'disconnected':
      return { is: 'away', cause: 'disconnected', by: event }
    default:
      return standing
  }
}

/** A publish that is refused leaves its session where it was. */
function endsFollowing({ code, isOfFollowing }: HubEvent<'refused'>): boolean {
  return isOfFollowing === true || code === 'unauthenticated' || code === 'expired'
}

/** Whether an event counts for a channel: its own, those of its members, and those of the whole session. */
function isAbout(event: HubEvent, channel: string): boolean {
  const { channel: named } = event as { readonly channel?: string | undefined }
  return named === undefined || named === channel
}

function codeOf(event: HubEvent): string | number | undefined {
  return event.name === 'disconnected' ? event.code : troubleOf(event)
}
