import type { Json, Reference } from '@baro/core'
import type { Broker, Clock, NowOrLater } from '@baro/core/broker'
import { orThrow, parseJson } from '@baro/core/protocol'
import type { Registry, Resolved } from '../channel/registry.ts'
import type { Counters } from '../observe/counters.ts'
import type { Journal } from '../observe/journal.ts'
import type { Limits } from '../ports/limits.ts'
import type { HubSession, Sessions } from '../session/sessions.ts'
import type { Feed } from '../stream/feed.ts'
import type { Feeds } from '../stream/feeds.ts'
import { counted, handOversOf } from './hand-overs.ts'
import type { Inspection, SeenFollowing, SeenSession } from './inspection.ts'
import { keptHistory } from './kept-history.ts'
import { LinkFrames } from './link-frames.ts'
import { privateNamesOf, shown, shownPublication } from './shown.ts'
import { stateAt } from './state-at.ts'
import { tail } from './tail.ts'

/** What looking into a node works with. */
export interface InspectNodeParts {
  readonly node: string
  readonly sessions: Sessions
  readonly feeds: Feeds
  readonly registry: Registry
  readonly journal: Journal
  readonly counters: Readonly<Counters>
  readonly broker: Pick<Broker, 'readCheckpoint' | 'health'>
  readonly clock: Clock
  readonly limits: Pick<Limits, 'catchUpPublications'>
}

/** The inspection of a node, and how it ends. */
export interface NodeInspection extends Inspection {
  close(): void
}

/** Most channels of a session that are told: a person reads them. */
const mostFollowed = 50

/** Makes the inspection of a node. */
export function inspectNode(parts: InspectNodeParts): NodeInspection {
  const { node, sessions, feeds, registry, journal, counters, broker, clock, limits } = parts
  const pageSize = limits.catchUpPublications
  const find = (id: string): HubSession | undefined => {
    for (const session of sessions.open()) if (session.id === id) return session
    return undefined
  }
  const frames = new LinkFrames({ clock, find, privateNames: () => registry.privateNames() })
  const using = async <T>(
    { channel }: Reference,
    use: (feed: Feed, resolved: Resolved) => NowOrLater<T>,
  ): Promise<T> => {
    registry.assertComplete()
    const resolved = orThrow(registry.resolve(channel))
    return feeds.using(resolved, (feed) => use(feed, resolved))
  }

  return {
    node,
    seen: () => ({
      node,
      sessions: counters.sessions,
      subscriptions: counters.subscriptions,
      channels: countOf(feeds.all()),
      published: counters.published,
      rejected: counters.rejected,
      health: sessions.isStopping ? 'draining' : (broker.health?.() ?? 'ready'),
      journalSinceMs: journal.sinceMs,
    }),

    sessions({ user, channel, session: asked, limit }) {
      const seen: SeenSession[] = []
      let total = 0
      for (const session of sessions.open()) {
        if ((asked !== undefined && session.id !== asked) || (user !== undefined && session.user?.id !== user)) continue
        if (channel !== undefined && !follows(session, channel)) continue
        if (++total <= limit) seen.push(seenSession(session, journal))
      }
      return { sessions: seen, total }
    },

    channels(limit) {
      const all = Array.from(feeds.all(), ({ resolved, position, readers }) => ({
        ...{ channel: resolved.channel, pattern: resolved.definition.pattern.text },
        ...{ epoch: position.epoch, offset: position.offset, readers },
      }))
      all.sort((one, other) => other.readers - one.readers || (one.channel < other.channel ? -1 : 1))
      return { channels: all.slice(0, limit), total: all.length }
    },

    journal: (session) => journal.ofSession(session),

    async handOvers(session) {
      const told = handOversOf(journal.ofSession(session).events)
      const histories = new Map(
        await Promise.all(
          [...new Set(told.map(({ channel }) => channel))].map(async (channel) => {
            const from = Math.min(...told.filter((one) => one.channel === channel).map((one) => one.resumedAt ?? 0))
            const history = using({ channel }, (feed) => keptHistory(feed, pageSize, from)).catch(() => undefined)
            return [channel, await history] as const
          }),
        ),
      )
      return told.map((one) => counted(one, histories.get(one.channel)))
    },

    history: (reference, limit, until) =>
      using(reference, async (feed, resolved) => {
        const { epoch, head, floor, publications } = await feed.readNewest(Math.min(limit, pageSize), until)
        const names = privateNamesOf(resolved)
        const seen = publications.map((one) => shownPublication(one, names))
        return { channel: resolved.channel, epoch, head: head.offset, floor, publications: seen }
      }),

    value: (reference) =>
      using(reference, async (feed, resolved) => {
        const { position, valueText } = await feed.loadSnapshot()
        const value: Json = valueText === undefined ? null : orThrow(parseJson(valueText))
        return {
          offset: position.kind === 'at' ? position.offset : undefined,
          value: shown(value, privateNamesOf(resolved)),
        }
      }),

    stateAt: (reference, at) => using(reference, (feed, resolved) => stateAt({ broker, pageSize }, resolved, feed, at)),

    frames: (session, after) => frames.after(session, after),

    async tail({ channel }, told) {
      registry.assertComplete()
      const feed = feeds.hold(orThrow(registry.resolve(channel)))
      try {
        await feed.opened
      } catch (error) {
        feeds.release(feed)
        throw error
      }
      const leave = tail(feed, told)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        leave()
        feeds.release(feed)
      }
    },

    close: () => frames.close(),
  }
}

function seenSession(session: HubSession, journal: Journal): SeenSession {
  const { id, user, rung, address, waitingBytes } = session
  const sinceMs = journal.ofSession(id).events.find(({ name }) => name === 'connected')?.atMs
  return { session: id, user: user?.id, rung, address, sinceMs, waitingBytes, follows: followsOf(session) }
}

function followsOf(session: HubSession): readonly SeenFollowing[] {
  const found: SeenFollowing[] = []
  for (const { resolved, standing } of session.followings()) {
    if (found.length >= mostFollowed) break
    found.push({ channel: resolved.channel, ...standing })
  }
  return found
}

function follows(session: HubSession, channel: string): boolean {
  for (const { resolved } of session.followings()) if (resolved.channel === channel) return true
  return false
}

function countOf(all: Iterable<unknown>): number {
  let count = 0
  for (const _ of all) count++
  return count
}
