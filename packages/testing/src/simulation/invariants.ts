/**
 * The invariants of ARCHITECTURE.md, one function each, as a page sees them. Each compares what was observed with what
 * really happened, and throws a `Violation`.
 */
import type { NetworkLink } from '../network/network-link.ts'
import type { Entry, Tail } from './channels.ts'
import { hasTwin, leadsTo, type Moment, shown, type Truth } from './truth.ts'
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
  const to = truth.at(seen.channel, view.position)
  if (to && leadsTo(seen.moment, to)) return
  // A page may be of a branch that died since; to a browser it is newer all the same.
  if (to && byPage && to.epoch === seen.moment.epoch && to.offset > seen.moment.offset) return
  throw new Violation('I3', `${seen.channel}: moved from ${seen.view.position} to ${view.position} without a reset`)
}

/** I4: `recovered` continues the very history that the store had; everything else is a reset. */
export function assertSameLife(seen: Seen, observation: Observation, truth: Truth): void {
  if (observation.kind !== 'shown' || !isAnswer(seen.view, observation.view, 'recovered')) return
  const to = truth.at(seen.channel, observation.view.position)
  if (seen.moment && to && hasTwin(seen.moment, to))
    throw new TwoHistories(`${seen.channel}: ${place(seen.moment)} stands in two histories`)
  if (!seen.moment || !to || !leadsTo(seen.moment, to))
    throw new Violation('I4', `${seen.channel}: recovered from ${place(seen.moment)} to ${place(to)}, another history`)
}

/** What is shown is the fold of the truth at the store's position, with the unconfirmed publishes on top. */
export function assertStateIsTruth({ channel, view, moment }: Seen): void {
  if (!view?.position?.startsWith('1a.')) return
  if (!moment) throw new Violation('state', `${channel}: stands at ${view.position}, where there never was anything`)
  const { entries } = view.state as Tail
  const confirmed = entries.at(-1 - view.pending.length)
  const truth = moment.tail.entries.at(-1)
  const { pending } = view
  const unconfirmed = entries.slice(entries.length - view.pending.length).map(({ id }) => id)
  if (!isSameEntry(confirmed, truth) || unconfirmed.join() !== pending.join())
    throw new Violation(
      'state',
      `${channel} at ${view.position}: shows ${describe(confirmed)}, the truth is ${describe(truth)}; unconfirmed ${unconfirmed}, pending ${pending}`,
    )
}

/**
 * A publish is no longer shown as unconfirmed once its publication was told. A snapshot may contain it without the
 * client being able to see that; there it is shown twice until the answer comes.
 */
export function assertShownOnce({ channel, view }: Seen, observation: Observation): void {
  if (observation.kind !== 'told') return
  const { id } = observation.publication
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

function isSameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  return a?.id === b?.id && a?.digest === b?.digest && String(a?.seal) === String(b?.seal)
}

function describe(entry: Entry | undefined): string {
  return entry ? `${entry.id} (${entry.digest}, seal ${entry.seal ?? 'none'})` : 'nothing'
}
