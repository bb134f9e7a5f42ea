import { BaroError, type Json, type Schema } from '@baro/core'
import type { Broker, ClaimKey, Clock } from '@baro/core/broker'
import { formatPosition, quote, validatePayload } from '@baro/core/protocol'
import type { Published } from '../channel/handlers.ts'
import { own } from '../channel/own.ts'
import { type Resolved, runningHub } from '../channel/registry.ts'
import type { Counters } from '../observe/counters.ts'
import type { Feeds } from '../stream/feeds.ts'
import { ClaimOver } from './claim-over.ts'

/** What appending works with. */
export interface AppenderParts {
  readonly broker: Pick<Broker, 'append'>
  readonly clock: Clock
  readonly feeds: Feeds
  readonly counters: Pick<Counters, 'published'>
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
  async validate({ channel, definition }: Resolved, type: string, payload: unknown): Promise<Json> {
    const schema = own<Schema>(definition.events, type)
    if (!schema)
      throw new BaroError(
        'not-accepted',
        `"${channel}" has no event ${quote(type)}. Define it, or correct the type. ${runningHub}`,
      )
    const validated = await validatePayload(schema, payload, `The payload of ${quote(type)}`)
    if (!validated.ok) throw validated.error
    return validated.value
  }

  /**
   * Appends what {@link validate} returned.
   *
   * @throws {BaroError} `unavailable` if nobody knows whether it is kept; {@link ClaimOver}.
   */
  async append(resolved: Resolved, { type, payload, id, by, settle }: Draft): Promise<Published> {
    const { broker, clock, feeds, counters } = this.#parts
    const { channel, definition } = resolved
    const entry = { type, payload, id, time: clock.now(), ...(by === undefined ? undefined : { by }) }
    const options = settle && { settle }
    // A channel with a state needs its open feed for an append: the feed folds the state that goes in with it.
    const appended = definition.state
      ? await feeds.using(resolved, async (feed) => {
          const checkpoint = feed.propose([entry])
          const done = await broker.append(channel, [entry], definition.history, {
            ...options,
            ...(checkpoint && { checkpoint }),
          })
          if (done.outcome === 'appended') feed.appended(done.delivery.position, done)
          return done
        })
      : await broker.append(channel, [entry], definition.history, options)
    if (appended.outcome === 'claim-over') throw new ClaimOver(appended.answer)
    if (appended.outcome !== 'appended') throw new Error(`An append without a cursor came to "${appended.outcome}".`)
    counters.published++
    return { id, position: formatPosition(appended.delivery.position) }
  }
}
