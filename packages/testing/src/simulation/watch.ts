import type { ChannelView } from '@baro/client'
import type { Publication } from '@baro/core'
import type { LosesBy } from './channels.ts'
import type { Moment, Truth } from './truth.ts'

/** Something that a page saw of a channel. */
export type Observation =
  /** The page begins to follow the channel, and shows this. While it did not, a reset may have come. */
  | { readonly kind: 'entered'; readonly view: ChannelView; readonly mayBeReset: boolean }
  /** Something else is shown than before; `byPage`: because of a snapshot that the page was given. */
  | { readonly kind: 'shown'; readonly view: ChannelView; readonly byPage: boolean }
  /** A publication was told. */
  | { readonly kind: 'told'; readonly publication: Publication }

/** What a page has seen of a channel so far. */
export interface Seen {
  readonly channel: string
  readonly losesBy: LosesBy
  readonly view: ChannelView | undefined
  /** The moment the store stands at; `undefined` if it has no position that a hub could continue from. */
  readonly moment: Moment | undefined
  /** The moment that the next publication told must follow. */
  readonly toldTo: Moment | undefined
  /** Offset of the last publication told, since the last snapshot of the server. */
  readonly toldOffset: number
  /** The last note told since the last snapshot. */
  readonly toldNote: string | undefined
}

/** Nothing seen yet. */
export function startWatch(channel: string, losesBy: LosesBy): Seen {
  const nothing = { view: undefined, moment: undefined, toldTo: undefined, toldOffset: 0, toldNote: undefined }
  return { channel, losesBy, ...nothing }
}

/** What was seen, with one more observation. */
export function observe(seen: Seen, observation: Observation, truth: Truth): Seen {
  if (observation.kind === 'told') {
    const { publication } = observation
    const toldTo = seen.toldTo && truth.after(seen.toldTo, publication)
    const toldNote = publication.type === 'note' ? publication.id : seen.toldNote
    return { ...seen, toldOffset: publication.offset, toldTo, toldNote }
  }
  const { view } = observation
  if (observation.kind === 'entered') {
    const moment = truth.at(seen.channel, view.position)
    return { ...seen, view, moment, toldTo: moment, toldOffset: moment?.offset ?? 0, toldNote: undefined }
  }
  if (view.position === seen.view?.position && view.handOver === seen.view?.handOver) return { ...seen, view }
  const moment = truth.at(seen.channel, view.position)
  if (isAnswer(seen.view, view, 'reset'))
    return { ...seen, view, moment, toldTo: moment, toldOffset: 0, toldNote: undefined }
  // What the snapshot of a page contains is not told any more.
  if (observation.byPage && view.position !== seen.view?.position)
    return { ...seen, view, moment, toldTo: moment, toldNote: undefined }
  return { ...seen, view, moment }
}

/** Whether the server has just answered with this outcome. */
export function isAnswer(before: ChannelView | undefined, view: ChannelView, outcome: 'recovered' | 'reset'): boolean {
  const { handOver } = view
  // The first live publication completes a hand-over and makes it another object, but no other answer.
  return handOver !== before?.handOver && handOver?.outcome === outcome && handOver.firstLive === undefined
}
