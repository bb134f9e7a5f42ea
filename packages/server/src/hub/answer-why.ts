import type { Publication, Reference } from '@baro/core'
import { orThrow } from '@baro/core/protocol'
import type { Registry, Resolved } from '../channel/registry.ts'
import type { Journal, JournalPage } from '../observe/journal.ts'
import { tellingIn } from '../observe/sentences.ts'
import type { Language, Telling } from '../observe/telling.ts'
import { troubleOf } from '../observe/trouble.ts'
import { explain, troublesOf, type WhoAsked, type WhyAnswer, type WhyOfSession } from '../observe/why.ts'
import type { Limits } from '../ports/limits.ts'
import type { Feeds } from '../stream/feeds.ts'

/** What `hub.why` is asked. */
export interface WhyAsked {
  /** A user, by id. */
  readonly user?: string
  /** A session, by the id that its client got. */
  readonly session?: string
  readonly channel?: Reference
  /** A publication of the channel: its id, or its offset. */
  readonly publication?: string | number
  /** What the sentences of the answer are in. Default: English. */
  readonly language?: Language
}

/** What answering works with. */
export interface AnswerWhyParts {
  readonly journal: Journal
  readonly feeds: Feeds
  readonly registry: Registry
  readonly limits: Pick<Limits, 'catchUpPublications'>
}

/** Sessions that one answer tells of, and what went wrong: an answer is for a person. */
const mostSessions = 20
const mostTroubles = 50

/** How many publications of history are looked through for an id. */
const mostLookedThrough = 5_000

/** Answers why, from the journal and the history of a channel. */
export async function answerWhy(parts: AnswerWhyParts, asked: WhyAsked): Promise<WhyAnswer> {
  const { journal, registry } = parts
  const resolved = asked.channel && orThrow(registry.resolve(asked.channel.channel))
  const publication =
    resolved && asked.publication !== undefined ? await find(parts, resolved, asked.publication) : undefined
  const telling = tellingIn(asked.language ?? 'en')
  const about = publication && { offset: publication.offset, atMs: publication.time }
  const sessions = pagesOf(journal, asked).map(([of, page]) =>
    resolved ? explain(page, of, resolved.channel, about, telling) : withoutChannel(page, of, telling),
  )
  const isNobodys = asked.user === undefined && asked.session === undefined
  const troubles = resolved ? journal.ofChannel(resolved.channel).events : nobodys(journal, isNobodys)
  return {
    channel: resolved?.channel,
    publication: publication && { ...publication, atMs: publication.time },
    sessions,
    troubles: troublesOf(troubles, telling).slice(0, mostTroubles),
    sinceMs: journal.sinceMs,
  }
}

/** Who was asked for, the newest first. */
function pagesOf(journal: Journal, { user, session }: WhyAsked) {
  const known = journal
    .sessions(user)
    .filter((one) => (session === undefined ? user !== undefined : one.session === session))
    .slice(0, mostSessions)
    .map((one): readonly [WhoAsked, JournalPage] => [one, journal.ofSession(one.session)])
  const polls = user === undefined || session !== undefined ? undefined : journal.ofUser(user)
  return polls && polls.events.length > 0 ? [...known, [{ session: undefined, user }, polls] as const] : known
}

function withoutChannel(
  { events, sinceMs }: JournalPage,
  { session, user, rung }: WhoAsked,
  telling: Telling,
): WhyOfSession {
  const troubles = troublesOf(events, telling)
  const sentence = troubles[0]?.sentence ?? telling.nothingWrong
  return {
    session,
    user,
    rung,
    outcome: undefined,
    cause: undefined,
    code: troubles[0]?.code,
    sentence,
    troubles,
    sinceMs,
    events,
  }
}

/** What went wrong on this node: for everybody, or for nobody in particular. */
function nobodys(journal: Journal, isForAll: boolean) {
  return journal.newest(mostTroubles, (event) => {
    const { session, user } = event as { readonly session?: string; readonly user?: string }
    return troubleOf(event) !== undefined && (isForAll || (session === undefined && user === undefined))
  })
}

/** Looks for a publication in history: a page at a time, the newest first. */
function find({ feeds, limits }: AnswerWhyParts, resolved: Resolved, asked: string | number) {
  return feeds.using(resolved, async (feed): Promise<Publication | undefined> => {
    let until = typeof asked === 'number' ? asked : undefined
    const limit = typeof asked === 'number' ? 1 : limits.catchUpPublications
    for (let seen = 0; seen < mostLookedThrough; seen += limit) {
      const { publications, from, floor } = await feed.readNewest(limit, until)
      const found = publications.find(({ id, offset }) => (typeof asked === 'number' ? offset === asked : id === asked))
      if (found || typeof asked === 'number' || !from || from.offset <= floor) return found
      until = from.offset
    }
    return undefined
  })
}
