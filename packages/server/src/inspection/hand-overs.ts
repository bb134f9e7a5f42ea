import type { Publication } from '@baro/core'
import type { HubEvent } from '../observe/hub-events.ts'
import type { JournalEvent } from '../observe/journal.ts'
import type { SeenHandOver } from './inspection.ts'

/** A hand-over as the journal tells it, and when its time of being live was over. */
export interface ToldHandOver extends Omit<SeenHandOver, 'firstLive' | 'missing'> {
  /** It caught up in several answers, of which the journal counts the first alone. The others follow in a chain (I2). */
  readonly isInSteps?: boolean | undefined
  /** It was cut, left or disconnected then. */
  readonly endedAtMs?: number | undefined
}

/** What history has of a channel after a floor. */
export interface CountedFrom {
  readonly floor: number
  readonly publications: readonly Pick<Publication, 'offset' | 'time'>[]
}

/** The hand-overs of a session, oldest first: from each subscribe to live. */
export function handOversOf(events: readonly JournalEvent[]): readonly ToldHandOver[] {
  const found: ToldHandOver[] = []
  /** By channel, where the newest one stands in the list. */
  const open = new Map<string, number>()
  const change = (channel: string, changed: (told: ToldHandOver) => Partial<ToldHandOver>): void => {
    const index = open.get(channel)
    const told = index === undefined ? undefined : found[index]
    if (index !== undefined && told) found[index] = { ...told, ...changed(told) }
  }
  const ended = (channel: string, { atMs }: HubEvent): void => {
    change(channel, ({ endedAtMs = atMs }) => ({ endedAtMs }))
  }
  for (const event of events) {
    switch (event.name) {
      case 'subscribed':
        ended(event.channel, event)
        open.set(event.channel, found.length)
        found.push({
          ...{ channel: event.channel, atMs: event.atMs, renderedAt: event.from },
          outcome: 'asked',
          caughtUp: 0,
        })
        break
      case 'recovered':
        change(event.channel, ({ renderedAt }) => ({
          outcome: 'recovered',
          resumedAt: typeof renderedAt === 'number' ? renderedAt : event.offset - event.publications,
          caughtUp: event.publications,
          liveAt: event.isLive ? event.offset : undefined,
        }))
        break
      case 'reset':
        change(event.channel, () => ({
          ...{ outcome: 'reset', reason: event.reason, resumedAt: event.offset },
          liveAt: event.isLive ? event.offset : undefined,
        }))
        break
      case 'live':
        change(event.channel, ({ liveAt }) => ({ liveAt: liveAt ?? event.offset, isInSteps: liveAt === undefined }))
        break
      case 'cut':
      case 'unsubscribed':
        ended(event.channel, event)
        break
      case 'disconnected':
        for (const channel of open.keys()) ended(channel, event)
    }
  }
  return found
}

/** The proof: what history has between page and live, against what came; and the first that came live. */
export function counted(told: ToldHandOver, history: CountedFrom | undefined): SeenHandOver {
  const { endedAtMs = Number.POSITIVE_INFINITY, isInSteps, ...handOver } = told
  const { liveAt, resumedAt, outcome, caughtUp } = handOver
  if (!history || liveAt === undefined) return handOver
  const first = history.floor <= liveAt ? history.publications.find(({ offset }) => offset > liveAt) : undefined
  const firstLive = first && first.time <= endedAtMs ? first.offset : undefined
  return { ...handOver, firstLive, missing: missing() }

  function missing(): number | undefined {
    // The newest state has everything up to where it stands.
    if (outcome === 'reset') return 0
    if (!history || liveAt === undefined || resumedAt === undefined || history.floor > resumedAt) return undefined
    if (isInSteps) return 0
    const between = history.publications.filter(({ offset }) => offset > resumedAt && offset <= liveAt)
    return Math.max(0, between.length - caughtUp)
  }
}
