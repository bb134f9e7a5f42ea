import type { Publication } from '@baro/core'
import type { Delivery } from '@baro/core/broker'
import { type AtPosition, parsePosition, positionAfter, redactedType, redactionOf } from '@baro/core/protocol'
import { foldTruth, hiddenType, type Tail } from './channels.ts'

/** One moment in the life of a channel: after a publication, or, as a root, before the first. */
export interface Moment {
  readonly channel: string
  readonly epoch: string
  readonly offset: number
  /** Of the publication; empty for a root. */
  readonly id: string
  /** Which of all appends it was. */
  readonly order: number
  /** Nobody who reads the stream sees it: it is of the larger stream that this one is a view of. */
  readonly isHidden: boolean
  /** The id of what it tells was taken back. */
  readonly takesBack: string | undefined
  readonly parent: Moment | undefined
  /** What the reducer made of everything up to here. */
  readonly tail: Tail
}

/**
 * What really happened. The publications of a channel are a tree: each life (epoch) has a root of its own, and where a
 * store lost its newest publications and took others, the life has branches. A reader may only ever walk from a moment
 * to one of its children; everything else is missed, doubled, out of order, or of another life.
 */
export class Truth {
  readonly #moments = new Map<string, Moment>()
  /** How often each id stands on the living branch of its channel; those that may be repeated, in this life of the claims. */
  readonly #appends = new Map<string, number>()
  readonly #doubled = new Set<string>()
  readonly #ids = new Set<string>()
  readonly #takenBack = new Set<string>()
  #order = 0

  /** Ids that were appended more than once, as `channel id`. */
  get doubled(): ReadonlySet<string> {
    return this.#doubled
  }

  /**
   * A new life of the claims, in which these ids may be taken again. Most may not: a page does not publish again what it
   * has sent in another life without an answer (I5).
   */
  beginLife(mayRepeat: (id: string) => boolean): void {
    for (const key of this.#appends.keys()) if (mayRepeat(idOf(key))) this.#appends.delete(key)
  }

  /** Takes note of an append; the moment after each of its publications. */
  appended({ channel, follows, publications }: Delivery): readonly Moment[] {
    const { epoch } = follows
    let parent = this.#known(channel, follows)
    return publications.map((publication) => {
      const { id, offset } = publication
      const isHidden = publication.type === hiddenType
      const takesBack = publication.type === redactedType ? redactionOf(publication)?.id : undefined
      if (takesBack !== undefined) this.#takenBack.add(`${channel} ${takesBack}`)
      const tail = foldTruth(parent?.tail ?? { entries: [] }, publication)
      const order = ++this.#order
      const moment: Moment = { channel, epoch, offset, id, order, isHidden, takesBack, parent, tail }
      this.#moments.set(keyOf(channel, positionAfter(epoch, publication)), moment)
      this.#countAppend(moment, 1)
      parent = moment
      return moment
    })
  }

  /** Takes note that the store lost a publication; its moment stays, as part of a dead branch. */
  lost(moment: Moment): void {
    this.#countAppend(moment, -1)
  }

  /** Whether a publication with this id was ever appended. */
  holds(channel: string, id: string): boolean {
    return this.#ids.has(`${channel} ${id}`)
  }

  /** Whether it was ever taken back, also on a branch that died: then somebody may have read a tombstone in its place. */
  wasTakenBack(channel: string, id: string): boolean {
    return this.#takenBack.has(`${channel} ${id}`)
  }

  /** The moment at a position; `undefined` if there never was one. */
  at(channel: string, position: string | undefined): Moment | undefined {
    const parsed = position === undefined ? undefined : parsePosition(position)
    return parsed?.ok && parsed.value.kind === 'at' ? this.#known(channel, parsed.value) : undefined
  }

  /** The moment that a publication leads to from this one; `undefined` if that is not what followed. */
  after(moment: Moment, { offset, id }: Publication): Moment | undefined {
    const { channel, epoch } = moment
    const next = this.#moments.get(keyOf(channel, positionAfter(epoch, { offset, id })))
    return next?.parent && shown(next.parent) === shown(moment) && next.id === id ? next : undefined
  }

  #known(channel: string, position: AtPosition): Moment | undefined {
    const key = keyOf(channel, position)
    const known = this.#moments.get(key)
    if (known || position.offset > 0) return known
    const tail: Tail = { entries: [] }
    const { epoch } = position
    const root: Moment = { channel, epoch, offset: 0, id: '', order: 0, isHidden: false, ...none, tail }
    this.#moments.set(key, root)
    return root
  }

  #countAppend({ channel, id }: Moment, by: number): void {
    const key = `${channel} ${id}`
    this.#ids.add(key)
    const times = (this.#appends.get(key) ?? 0) + by
    this.#appends.set(key, times)
    if (times > 1) this.#doubled.add(key)
  }
}

const none = { takesBack: undefined, parent: undefined } as const

/** Whether on the way to a moment something was taken back. */
export function isTakenBackAt(moment: Moment, id: string): boolean {
  for (let at: Moment | undefined = moment; at && at.id !== id; at = at.parent) if (at.takesBack === id) return true
  return false
}

/** The moment that a reader sees there: the last one that is not hidden. */
export function shown(moment: Moment): Moment {
  let last = moment
  while (last.isHidden && last.parent) last = last.parent
  return last
}

/** Whether a moment lies on the way to another one, or is it. */
export function leadsTo(earlier: Moment, later: Moment): boolean {
  return onTheWayTo(later, earlier.offset) === earlier
}

/** Whether the same publication stands at the same offset on the way to `later`, but behind another history. */
export function hasTwin(earlier: Moment, later: Moment): boolean {
  const moment = onTheWayTo(later, earlier.offset)
  return moment !== undefined && moment !== earlier && moment.epoch === earlier.epoch && moment.id === earlier.id
}

/** The last moment up to an offset that leads to `later`. */
function onTheWayTo(later: Moment, offset: number): Moment | undefined {
  let moment: Moment | undefined = later
  while (moment && moment.offset > offset) moment = moment.parent
  return moment
}

function idOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1)
}

function keyOf(channel: string, { epoch, offset, check }: AtPosition): string {
  return `${channel} ${epoch} ${offset} ${check}`
}
