import { BaroError, type Json, type Schema } from '@baro/core'
import {
  type Appended,
  type Broker,
  type ClaimKey,
  type Clock,
  type Entry,
  type HistoryBounds,
  isLater,
  type NowOrLater,
  whenHere,
} from '@baro/core/broker'
import { formatPosition, orThrow, quote, validatePayload } from '@baro/core/protocol'
import type { Published } from '../channel/handlers.ts'
import { own } from '../channel/own.ts'
import { type Resolved, runningHub } from '../channel/registry.ts'
import type { Counters } from '../observe/counters.ts'
import type { Observing } from '../observe/observation.ts'
import type { Feeds } from '../stream/feeds.ts'
import type { Heads } from '../stream/heads.ts'
import { ClaimOver } from './claim-over.ts'

/** What appending works with. */
export interface AppenderParts {
  readonly broker: Pick<Broker, 'append'>
  readonly clock: Clock
  readonly feeds: Feeds
  /** Is told at once where a channel stands now. */
  readonly heads: Pick<Heads, 'moved'>
  readonly counters: Pick<Counters, 'published'>
  readonly observing: Observing
}

/** A publication on its way into a channel. */
export interface Draft {
  readonly type: string
  /** The output of the schema of `type`, which runs once for each payload. */
  readonly payload: Json
  readonly id: string
  /** Who published it. */
  readonly by?: string | undefined
  /** The claim that the append settles. */
  readonly settle?: ClaimKey | undefined
}

/** Validates publications and appends them. The state of the channel goes in with each append. */
export class Appender {
  readonly #parts: AppenderParts

  constructor(parts: AppenderParts) {
    this.#parts = parts
  }

  /**
   * Checks a payload by the schema of its type; returns its wire form.
   *
   * @throws {BaroError} `not-accepted`, `invalid-payload` or `handler-failed`.
   */
  validate({ channel, definition }: Resolved, type: string, payload: unknown): NowOrLater<Json> {
    const schema = own<Schema>(definition.events, type)
    if (!schema)
      throw new BaroError(
        'not-accepted',
        `"${channel}" has no event ${quote(type)}. Define it, or correct the type. ${runningHub}`,
      )
    return whenHere(validatePayload(schema, payload, `The payload of "${type}"`), orThrow)
  }

  /**
   * Appends what {@link validate} returned.
   *
   * @throws {BaroError} `unavailable` if nobody knows whether it is kept; {@link ClaimOver}.
   */
  append(resolved: Resolved, { type, payload, id, by, settle }: Draft): NowOrLater<Published> {
    const time = this.#parts.clock.now()
    const entry: Entry = by === undefined ? { type, payload, id, time } : { type, payload, id, time, by }
    const appended = this.#append(resolved, [entry], settle)
    return isLater(appended)
      ? Promise.resolve(appended).then((done) => this.#published(entry, done, 1))
      : this.#published(entry, appended, 1)
  }

  /**
   * Appends several, all or none. The answer is the id of the first, and the position after the last.
   *
   * @throws {BaroError} as {@link append}.
   */
  appendTogether(resolved: Resolved, drafts: readonly [Draft, ...Draft[]], settle?: ClaimKey): NowOrLater<Published> {
    const entries = this.#entriesOf(drafts)
    return whenHere(this.#append(resolved, entries, settle), (appended) =>
      this.#published(drafts[0], appended, entries.length),
    )
  }

  /**
   * Appends what was fed, by a database or a poll: it happens if and only if the cursor of the channel is smaller.
   *
   * @param isOpening The feed of the channel waits for this append before it opens: then nothing is folded here.
   */
  async appendFed(
    resolved: Resolved,
    drafts: readonly Draft[],
    cursor: number,
    { isOpening = false }: { readonly isOpening?: boolean } = {},
  ): Promise<Appended> {
    const { channel, definition } = resolved
    if (isOpening) return this.appendUnfolded(channel, definition.history, drafts, cursor)
    return this.#fed(drafts, await this.#append(resolved, this.#entriesOf(drafts), undefined, cursor))
  }

  /** The same without a state: nobody folds one here, or this hub does not even have the channel. */
  async appendUnfolded(
    channel: string,
    history: HistoryBounds,
    drafts: readonly Draft[],
    cursor: number,
  ): Promise<Appended> {
    return this.#fed(drafts, await this.#parts.broker.append(channel, this.#entriesOf(drafts), history, { cursor }))
  }

  #entriesOf(drafts: readonly Draft[]): readonly Entry[] {
    const time = this.#parts.clock.now()
    return drafts.map(({ type, payload, id }): Entry => ({ type, payload, id, time }))
  }

  #fed(drafts: readonly Draft[], appended: Appended): Appended {
    const [first] = drafts
    if (first && appended.outcome === 'appended') this.#published(first, appended, drafts.length)
    return appended
  }

  #append(
    resolved: Resolved,
    entries: readonly Entry[],
    settle: ClaimKey | undefined,
    cursor?: number,
  ): NowOrLater<Appended> {
    const { broker, feeds } = this.#parts
    const { channel, definition } = resolved
    const options = settle ? { settle } : cursor === undefined ? undefined : { cursor }
    if (!definition.state) return broker.append(channel, entries, definition.history, options)
    // A channel with a state needs its open feed for an append: the feed folds the state that goes in with it.
    return feeds.using(resolved, (feed) => {
      const checkpoint = feed.propose(entries)
      const offered = checkpoint ? { ...options, checkpoint } : options
      return whenHere(broker.append(channel, entries, definition.history, offered), (done) => {
        if (done.outcome === 'appended') feed.appended(done.delivery.position, done)
        return done
      })
    })
  }

  #published({ id, type, by }: Pick<Draft, 'id' | 'type' | 'by'>, appended: Appended, count: number): Published {
    if (appended.outcome === 'claim-over') throw new ClaimOver(appended.answer)
    if (appended.outcome !== 'appended') throw new Error(`An append without a cursor came to "${appended.outcome}".`)
    this.#parts.counters.published += count
    const { channel, position } = appended.delivery
    this.#parts.heads.moved(channel, position)
    this.#parts.observing.published?.({ channel, offset: position.offset, publications: count, id, type, by })
    return { id, position: formatPosition(appended.delivery.position) }
  }
}
