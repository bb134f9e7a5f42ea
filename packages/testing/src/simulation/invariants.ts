/**
 * The invariants of ARCHITECTURE.md, one function each, as a page sees them. Each compares what was observed with what
 * really happened, and throws a `Violation`.
 */
import type { ChannelView } from '@baro/client'
import type { Publication } from '@baro/core'
import { redactionOf } from '@baro/core/protocol'
import type { NetworkLink } from '../network/network-link.ts'
import { type Entry, type LosesBy, type Tail, tailLength } from './channels.ts'
import { hasTwin, isTakenBackAt, leadsTo, type Moment, shown, type Truth } from './truth.ts'
import { TwoHistories, Violation } from './violation.ts'
import { isAnswer, type Observation, type Seen } from './watch.ts'

/** I1: a subscriber is told publications in order, each at most once. */
export function assertOrder({ channel, toldOffset }: Seen, observation: Observation): void {
  if (observation.kind !== 'told') return
  const { offset, id } = observation.publication
  if (offset <= toldOffset) throw new Violation('I1', `${channel}: told ${offset} (${id}) after ${toldOffset}`)
}

/** I2: every publication told follows the one before, of the same branch of the same life. */
export function assertNoGap({ channel, toldTo }: Seen, observation: Observation, truth: Truth): void {
  if (observation.kind !== 'told') return
  const { offset, id } = observation.publication
  if (!toldTo || !truth.after(toldTo, observation.publication))
    throw new Violation('I2', `${channel}: told ${offset} (${id}), which does not follow ${place(toldTo)}`)
}

/** I2: where the store stands is where what was told has led; nothing was skipped in silence. */
export function assertNothingSkipped({ channel, view, moment, toldTo }: Seen): void {
  if (moment && (!toldTo || shown(moment) !== shown(toldTo)))
    throw new Violation('I2', `${channel}: stands at ${place(moment)}, but was told up to ${place(toldTo)}`)
  const missing = view?.handOver?.missing ?? 0
  if (missing !== 0) throw new Violation('I2', `${channel}: the hand-over misses ${missing} publications`)
}

/** I3: without an answer of the server, a store moves forward within its life, or stays. */
export function assertForward(seen: Seen, observation: Observation, truth: Truth): void {
  if (!seen.moment || !seen.view || observation.kind === 'told') return
  const { view } = observation
  const [isReset, byPage] =
    observation.kind === 'entered'
      ? [observation.mayBeReset, true]
      : [isAnswer(seen.view, view, 'reset'), observation.byPage]
  if (view.position === seen.view.position || isReset) return
  if (isBlank(seen, view)) return
  const to = truth.at(seen.channel, view.position)
  if (to && leadsTo(seen.moment, to)) return
  // A page may be of a branch that died since; to a browser it is newer all the same.
  if (to && byPage && to.epoch === seen.moment.epoch && to.offset > seen.moment.offset) return
  throw new Violation('I3', `${seen.channel}: moved from ${seen.view.position} to ${view.position} without a reset`)
}

/** I4: `recovered` continues the very history that the store had; everything else is a reset. */
export function assertSameLife(seen: Seen, observation: Observation, truth: Truth): void {
  if (observation.kind !== 'shown' || !isAnswer(seen.view, observation.view, 'recovered')) return
  if (isBlank(seen, observation.view)) return
  const to = truth.at(seen.channel, observation.view.position)
  if (seen.moment && to && hasTwin(seen.moment, to))
    throw new TwoHistories(`${seen.channel}: ${place(seen.moment)} stands in two histories`)
  if (!seen.moment || !to || !leadsTo(seen.moment, to))
    throw new Violation('I4', `${seen.channel}: recovered from ${place(seen.moment)} to ${place(to)}, another history`)
}

/** What is shown is the fold of the truth at the store's position, with the unconfirmed publishes on top. */
export function assertStateIsTruth({ channel, losesBy, view, moment, toldNote }: Seen, truth: Truth): void {
  if (!view?.position?.startsWith('1a.')) return
  if (!moment) throw new Violation('state', `${channel}: stands at ${view.position}, where there never was anything`)
  const { entries } = view.state as Tail
  const unconfirmed = entries.slice(entries.length - view.pending.length).map(({ id }) => id)
  if (unconfirmed.join() !== view.pending.join())
    throw new Violation('state', `${channel}: shows ${unconfirmed} on top, and ${view.pending} are pending`)
  const confirmed = confirmedOf(view)
  const most = tailLength - view.pending.length
  assertEntriesAreTruth({ channel, losesBy, entries: confirmed, most, moment }, truth)
  // Folded anew from history it may show less than the truth, but what was told since.
  const isToldShown = confirmed.at(-1)?.id === toldNote || toldNote === undefined || most <= 0
  if (losesBy === 'history' && !isToldShown && !truth.wasTakenBack(channel, toldNote))
    throw new Violation(
      'state',
      `${channel} at ${view.position}: was told ${toldNote} last, and shows ${describe(confirmed.at(-1))}`,
    )
}

/** A state that somebody has of a channel. */
export interface StateAt {
  readonly channel: string
  readonly losesBy: LosesBy
  /** The newest of its entries. */
  readonly entries: readonly Entry[]
  /** How many entries it may show. */
  readonly most: number
  readonly moment: Moment
}

/**
 * Entries are those of the truth, in order and none left out. What was taken back on the way to the moment is not among
 * them; what is taken back later may be gone already, where its tombstone was read.
 */
export function assertEntriesAreTruth(state: StateAt, truth: Truth): void {
  const { channel, losesBy, entries, most, moment } = state
  const wrong = (what: string) =>
    new Violation(
      'state',
      `${channel} at ${place(moment)}: ${what}; shows ${entries.map(describe)}, the truth is ${moment.tail.entries.map(describe)}`,
    )
  for (const { id, text, seal } of entries)
    if ((text !== undefined || seal) && isTakenBackAt(moment, id))
      throw new Violation('redaction', `${channel} at ${place(moment)} shows ${id}, which was taken back`)
  const left = [...entries]
  for (const of of moment.tail.entries.toReversed()) {
    const last = left.at(-1)
    if (last?.id !== of.id) {
      // Folded anew from history, nothing stands for it.
      if (losesBy === 'history' && truth.wasTakenBack(channel, of.id)) continue
      if (losesBy === 'history' && left.length === 0) return
      if (left.length === 0 && entries.length >= most) return
      throw wrong(`${of.id} is missing`)
    }
    left.pop()
    const isGone = last.text === undefined
    if (
      isGone
        ? of.text !== undefined && !truth.wasTakenBack(channel, of.id)
        : last.text !== of.text || String(last.seal) !== String(of.seal)
    )
      throw wrong(`${of.id} says something else`)
    if (losesBy === 'reducer' && last.digest !== of.digest) throw wrong(`what led to ${of.id} is something else`)
  }
  if (left.length > 0 && moment.tail.entries.length < tailLength) throw wrong('there is more than ever was')
}

/** Its state could not lose what was taken back, so it shows nothing until the hub answers. */
function isBlank({ losesBy }: Seen, view: ChannelView): boolean {
  return losesBy === 'history' && view.position === undefined && confirmedOf(view).length === 0
}

/** A recovery brings a tombstone, and never what was taken back on the way that it leads. */
export function assertNotReplayed(publications: readonly Publication[], to: Moment | undefined): void {
  const replayed = to && publications.find(({ type, id }) => type === 'note' && isTakenBackAt(to, id))
  if (replayed) throw new Violation('redaction', `${replayed.id} was taken back, and is in a recovery to ${place(to)}`)
}

function confirmedOf(view: ChannelView): readonly Entry[] {
  const { entries } = view.state as Tail
  return entries.slice(0, entries.length - view.pending.length)
}

/**
 * A publish is no longer shown as unconfirmed once its publication was told. A snapshot may contain it without the
 * client being able to see that; there it is shown twice until the answer comes.
 */
export function assertShownOnce({ channel, view }: Seen, observation: Observation): void {
  if (observation.kind !== 'told') return
  const { id } = redactionOf(observation.publication) ?? observation.publication
  if (view?.pending.includes(id)) throw new Violation('state', `${channel} shows ${id} both confirmed and unconfirmed`)
}

/** I5: no id stands twice in the history of one life of the broker. */
export function assertPublishedOnce(truth: Truth): void {
  for (const key of truth.doubled) throw new Violation('I5', `appended twice: ${key}`)
}

/** I7: what waits for a slow reader is bounded. */
export function assertBounded(links: readonly NetworkLink[], maxWaitingBytes: number): void {
  for (const { client, waitingBytes } of links)
    if (waitingBytes > maxWaitingBytes)
      throw new Violation('I7', `${waitingBytes} bytes wait for ${client}, more than ${maxWaitingBytes}`)
}

function place(moment: Moment | undefined): string {
  return moment ? `${moment.epoch} ${moment.offset} ${moment.id}` : 'nowhere'
}

function describe(entry: Entry | undefined): string {
  return entry ? `${entry.id} (${entry.digest}, ${entry.text ?? 'gone'}, seal ${entry.seal ?? 'none'})` : 'nothing'
}
