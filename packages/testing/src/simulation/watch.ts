import type { ChannelView } from '@baro/client'
import type { Publication, Snapshot } from '@baro/core'
import type { Moment, Truth } from './truth.ts'

/** Something that a page saw of a channel, or did with it. */
export type Observation =
  /** The page begins to follow the channel, and shows this. */
  | { readonly kind: 'entered'; readonly view: ChannelView }
  /** Something else is shown than before. */
  | { readonly kind: 'shown'; readonly view: ChannelView }
  /** A publication was told. */
  | { readonly kind: 'told'; readonly publication: Publication }
  /** The page was given a snapshot. */
  | { readonly kind: 'offered'; readonly snapshot: Snapshot }

/** What a page has seen of a channel so far. */
export interface Seen {
  readonly channel: string
  readonly view: ChannelView | undefined
  /** The moment the store stands at; `undefined` if it has no position that a hub could continue from. */
  readonly moment: Moment | undefined
  /** The moment that the next publication told must follow. */
  readonly toldTo: Moment | undefined
  /** Offset of the last publication told, since the last snapshot of the server. */
  readonly toldOffset: number
  /** Positions of the snapshots the page was given. */
  readonly offered: ReadonlySet<string>
}

/** Nothing seen yet. */
export function startWatch(channel: string): Seen {
  return { channel, view: undefined, moment: undefined, toldTo: undefined, toldOffset: 0, offered: new Set() }
}

/** What was seen, with one more observation. */
export function observe(seen: Seen, observation: Observation, truth: Truth): Seen {
  switch (observation.kind) {
    case 'offered':
      return { ...seen, offered: new Set([...seen.offered, observation.snapshot.position]) }
    case 'told': {
      const { publication } = observation
      const toldTo = seen.toldTo && truth.after(seen.toldTo, publication)
      return { ...seen, toldOffset: publication.offset, toldTo }
    }
    case 'entered': {
      const { view } = observation
      const moment = truth.at(seen.channel, view.position)
      return { ...seen, view, moment, toldTo: moment, toldOffset: moment?.offset ?? 0 }
    }
    case 'shown': {
      const { view } = observation
      if (view.position === seen.view?.position && view.handOver === seen.view?.handOver) return { ...seen, view }
      const moment = truth.at(seen.channel, view.position)
      if (isAnswer(seen.view, view, 'reset')) return { ...seen, view, moment, toldTo: moment, toldOffset: 0 }
      // A page moved the store: what its snapshot contains is not told any more.
      if (isMovedByPage(seen, view)) return { ...seen, view, moment, toldTo: moment }
      return { ...seen, view, moment }
    }
  }
}

/** Whether the server has just answered with this outcome. */
export function isAnswer(before: ChannelView | undefined, view: ChannelView, outcome: 'recovered' | 'reset'): boolean {
  const { handOver } = view
  // The first live publication completes a hand-over and makes it another object, but no other answer.
  return handOver !== before?.handOver && handOver?.outcome === outcome && handOver.firstLive === undefined
}

/** Whether the store went where a page's snapshot is. */
function isMovedByPage(seen: Seen, view: ChannelView): boolean {
  const { position, handOver } = view
  return (
    position !== undefined &&
    position !== seen.view?.position &&
    handOver === seen.view?.handOver &&
    seen.offered.has(position)
  )
}
