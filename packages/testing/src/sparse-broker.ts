import type { Publication } from '@baro/core'
import type {
  Appended,
  Broker,
  Claimed,
  Delivery,
  ReadRange,
  SetChange,
  Settlement,
  StreamView,
} from '@baro/core/broker'
import { type AtPosition, formatPosition, type Place, parseAt } from '@baro/core/protocol'
import { createSeededRandomness } from './seeded-randomness.ts'

/** Each offset of the broker behind stands somewhere among so many. */
const spread = 3
/** Steps that are drawn; then they come again. */
const drawn = 1_009
/** An offset that no stream reaches: what stands for nothing here stands for nothing there. */
const nowhere = Number.MAX_SAFE_INTEGER

/**
 * Puts itself in front of a broker and leaves offsets out: they rise by 1 to 5, as those of a channel that is a view of a
 * larger stream do. Whoever reads streams can be tested with it: what takes the next number for the next publication breaks.
 *
 * @param seed Which offsets are left out: the same for ever.
 *
 * @example
 * ```ts
 * const broker = createSparseBroker(createMemoryBroker({ clock, randomness }))
 * ```
 */
export function createSparseBroker(broker: Broker, seed: number | string = 1): Broker {
  const randomness = createSeededRandomness(seed)
  const steps = Array.from({ length: drawn }, () => randomness.integer(0, spread - 1))

  /** Where the publication of this dense offset stands: in the block of three that is its own. */
  const spreadOut = (dense: number): number => (dense === 0 ? 0 : dense * spread - (steps[dense % drawn] ?? 0))

  /** The dense offset of the last publication that stands at this offset or before it. */
  function lastUpTo(offset: number): number {
    if (offset <= 0) return offset
    const dense = Math.ceil(offset / spread)
    return spreadOut(dense) <= offset ? dense : dense - 1
  }

  function gather(offset: number): number {
    const dense = lastUpTo(offset)
    return spreadOut(dense) === offset ? dense : nowhere
  }

  const outPlace = ({ offset, check }: Place): Place => ({ offset: spreadOut(offset), check })
  const outPosition = (position: AtPosition): AtPosition => ({ ...position, ...outPlace(position) })
  const inPosition = (position: AtPosition): AtPosition => ({ ...position, offset: gather(position.offset) })
  const outPublication = (publication: Publication): Publication => ({
    ...publication,
    offset: spreadOut(publication.offset),
  })
  const outDelivery = ({ channel, follows, position, publications }: Delivery): Delivery => ({
    channel,
    follows: outPosition(follows),
    position: outPosition(position),
    publications: publications.map(outPublication),
  })

  function inRange(range: ReadRange): ReadRange {
    if ('after' in range) return { ...range, after: lastUpTo(range.after) }
    return range.until === undefined ? range : { ...range, until: lastUpTo(range.until) }
  }

  function outView(view: StreamView, range: ReadRange): StreamView {
    const { epoch, publications } = view
    const [head, floor, upTo] = [outPlace(view.head), spreadOut(view.floor), outPlace(view.upTo)]
    const from = view.from && outPlace(view.from)
    const spreadView = {
      epoch,
      head,
      floor,
      ...(from && { from }),
      publications: publications.map(outPublication),
      upTo,
    }
    if (!('after' in range) || !from || from.offset === range.after) return spreadView
    // Asked for an offset that was left out: known beyond the floor, and empty.
    if (range.after > head.offset) return { epoch, head, floor, publications: [], upTo: head }
    const gap = { offset: range.after, check: '' }
    return { ...spreadView, from: gap, upTo: publications.length > 0 ? upTo : gap }
  }

  /** The answer of a settled claim holds a position as text. */
  function translate(answer: Settlement, move: (position: AtPosition) => AtPosition): Settlement {
    const position = 'position' in answer && answer.position !== null ? parseAt(answer.position) : undefined
    return position ? { position: formatPosition(move(position)) } : answer
  }

  const outAnswer = (answer: Settlement | undefined) => answer && translate(answer, outPosition)

  function outAppended(appended: Appended): Appended {
    if (appended.outcome === 'appended') return { ...appended, delivery: outDelivery(appended.delivery) }
    return appended.outcome === 'claim-over' ? { ...appended, answer: outAnswer(appended.answer) } : appended
  }

  function outClaimed(claimed: Claimed): Claimed {
    return claimed.outcome === 'settled' ? { ...claimed, answer: translate(claimed.answer, outPosition) } : claimed
  }

  const outChange = <Change extends SetChange>(change: Change): Change =>
    change.delivery ? { ...change, delivery: outDelivery(change.delivery) } : change

  return {
    async append(channel, entries, bounds, { checkpoint, ...options } = {}) {
      const gathered = checkpoint && {
        ...checkpoint,
        follows: inPosition(checkpoint.follows),
        offset: gather(checkpoint.offset),
      }
      return outAppended(
        await broker.append(channel, entries, bounds, { ...options, ...(gathered && { checkpoint: gathered }) }),
      )
    },
    async redact(channel, { offset, check }, ...rest) {
      const delivery = await broker.redact(channel, { offset: gather(offset), check }, ...rest)
      return delivery && outDelivery(delivery)
    },
    async read(channel, range) {
      return outView(await broker.read(channel, inRange(range)), range)
    },
    async heads(channels) {
      return (await broker.heads(channels)).map(outPosition)
    },
    follow: (channel, follower) =>
      broker.follow(channel, {
        deliver: (delivery) => follower.deliver(outDelivery(delivery)),
        signal: (signal) => follower.signal(signal),
        lost: () => follower.lost(),
      }),
    signal: (signal) => broker.signal(signal),
    claimsEpoch: () => broker.claimsEpoch(),
    async claim(...args) {
      return outClaimed(await broker.claim(...args))
    },
    async settle(channel, key, answer) {
      return outAnswer(await broker.settle(channel, key, translate(answer, inPosition)))
    },
    release: (...args) => broker.release(...args),
    async readCheckpoint(channel, version) {
      const checkpoint = await broker.readCheckpoint(channel, version)
      return checkpoint && { ...checkpoint, position: outPosition(checkpoint.position) }
    },
    writeCheckpoint: (channel, checkpoint) =>
      broker.writeCheckpoint(channel, { ...checkpoint, position: inPosition(checkpoint.position) }),
    presence: {
      ...broker.presence,
      touch: async (...args) => outChange(await broker.presence.touch(...args)),
      expire: async (...args) => (await broker.presence.expire(...args)).map(outChange),
    },
    leadership: broker.leadership,
    tell: (message) => broker.tell(message),
    hear: (listener) => broker.hear(listener),
    close: () => broker.close(),
  }
}
