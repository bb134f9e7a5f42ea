/**
 * The life of a publish (I5): validate, claim the id, run the handler, append, settle. Whatever arrives again with the
 * same id, on any transport and node, gets the first answer.
 */
import {
  BaroError,
  type Broker,
  type Clock,
  createId,
  type ErrorCode,
  errorCodes,
  formatPosition,
  type Json,
  type Log,
  parseId,
  quote,
  type Randomness,
  type Schema,
  validatePayload,
} from '@baro/core'
import type { ChannelContext, Published } from '../channel/handlers.ts'
import type { Resolved } from '../channel/registry.ts'
import type { Counters } from '../observe/counters.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Feeds } from '../stream/feeds.ts'

/** A publish of a client, before anything of it is believed. */
export interface PublishRequest {
  readonly resolved: Resolved
  readonly type: string
  readonly payload: unknown
  /** Claims the publish; without one it cannot be repeated, and nothing is claimed. */
  readonly id: string | undefined
  /** Whose id it is: a user, or one client of a guest. */
  readonly scope: string
  readonly context: ChannelContext
}

/** What a publish came to. */
export interface PublishAnswer {
  readonly id: string
  /** Right after the publication with this id; absent if the handler published nothing under it. */
  readonly position?: string
}

/** What a publisher needs of its hub. */
export interface PublisherParts {
  readonly broker: Broker
  readonly clock: Clock
  readonly randomness: Randomness
  readonly feeds: Feeds
  readonly counters: Counters
  readonly log: Log
  /** How long an id stays claimed. */
  readonly claimWindowMs: number
}

/** How a claim was settled, as the broker keeps it. */
type Settlement = { readonly position: string | null } | { readonly code: ErrorCode; readonly message: string }

export class Publisher {
  readonly #parts: PublisherParts
  // A repeat that arrives on this node while the first still runs waits for it instead of being told to come back.
  readonly #running = new Map<string, Promise<Settlement>>()

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /**
   * Takes a publish of a client to its handler.
   *
   * @throws {BaroError} with the code the client is to be answered with.
   */
  async accept({ resolved, type, payload, id, scope, context }: PublishRequest): Promise<PublishAnswer> {
    const handler = own(resolved.handlers.events, type)
    if (!handler)
      throw new BaroError(
        'not-accepted',
        `No handler of "${resolved.channel}" accepts ${quote(type)} from a client. Add one with hub.on.`,
      )
    const value = await this.#validate(resolved, type, payload)
    const firstId = id ?? createId(this.#parts.randomness)
    const work = async () => {
      const publishes: Promise<Published>[] = []
      const publish = (publishType: string, publishPayload: unknown): Promise<Published> => {
        const publicationId = publishes.length > 0 ? createId(this.#parts.randomness) : firstId
        const done = this.#validateAndAppend(resolved, publishType, publishPayload, publicationId, context.user?.id)
        // A handler may forget to wait; its failure is reported below, not as an unhandled rejection.
        done.catch(() => {})
        publishes.push(done)
        return done
      }
      await handler({ ...context, payload: value, id: firstId, publish })
      const [first] = await Promise.all(publishes)
      return first?.position
    }
    if (id === undefined) return answerOf(firstId, await this.#run(firstId, work, resolved))
    return this.#once(scope, id, work, resolved)
  }

  /**
   * Publishes for the application itself.
   *
   * @throws {BaroError} `invalid-payload`, `not-accepted`, `bad-id` or `unavailable`.
   */
  async publish(resolved: Resolved, type: string, payload: unknown, id?: string): Promise<Published> {
    if (id === undefined)
      return this.#validateAndAppend(resolved, type, payload, createId(this.#parts.randomness), undefined)
    const append = async () => (await this.#validateAndAppend(resolved, type, payload, id, undefined)).position
    const { position = '' } = await this.#once('application', id, append)
    return { id, position }
  }

  async #validateAndAppend(
    resolved: Resolved,
    type: string,
    payload: unknown,
    id: string,
    by: string | undefined,
  ): Promise<Published> {
    const { broker, clock, feeds, counters } = this.#parts
    const value = await this.#validate(resolved, type, payload)
    const entry = { type, payload: value, id, time: clock.now(), ...(by === undefined ? undefined : { by }) }
    const append = () => broker.append(resolved.channel, entry, resolved.definition.history)
    // A channel with a state has its feed open while it is appended to: the state is folded before history is trimmed.
    const delivery = resolved.definition.state ? await feeds.using(resolved, append) : await append()
    counters.published++
    return { id, position: formatPosition(delivery.position) }
  }

  async #validate(resolved: Resolved, type: string, payload: unknown): Promise<Json> {
    const schema = own<Schema>(resolved.definition.events, type)
    if (!schema)
      throw new BaroError(
        'not-accepted',
        `"${resolved.channel}" has no event ${quote(type)}. Define it, or correct the type.`,
      )
    const validated = await validatePayload(schema, payload, `The payload of ${quote(type)}`)
    if (!validated.ok) throw validated.error
    return validated.value
  }

  async #once(
    scope: string,
    id: string,
    work: () => Promise<string | undefined>,
    handled?: Resolved,
  ): Promise<PublishAnswer> {
    const parsed = parseId(id)
    if (!parsed.ok) throw parsed.error
    const key = `${id} ${scope}`
    const running = this.#running.get(key)
    if (running) {
      this.#parts.counters.repeated++
      return answerOf(id, await running)
    }
    const settled = this.#claimAndRun(scope, id, work, handled)
    this.#running.set(key, settled)
    try {
      return answerOf(id, await settled)
    } finally {
      this.#running.delete(key)
    }
  }

  async #claimAndRun(
    scope: string,
    id: string,
    work: () => Promise<string | undefined>,
    handled: Resolved | undefined,
  ): Promise<Settlement> {
    const { broker, counters, log, claimWindowMs } = this.#parts
    const claim = await broker.claim(scope, id, claimWindowMs)
    if (claim.outcome === 'settled') {
      counters.repeated++
      return claim.answer as Settlement
    }
    if (claim.outcome === 'pending')
      throw new BaroError('in-progress', `The publish ${quote(id)} is still at work. Ask again in a second.`)
    const settlement = await this.#run(id, work, handled)
    // What has happened has happened: this caller is told, and only a repeat finds the claim unsettled.
    await broker
      .settle(scope, id, settlement)
      .catch((error) => log.warn(`Could not keep the answer to the publish ${quote(id)}: ${describeError(error)}`))
    return settlement
  }

  #run(id: string, work: () => Promise<string | undefined>, handled: Resolved | undefined): Promise<Settlement> {
    return work().then(
      (position): Settlement => ({ position: position ?? null }),
      (error) => this.#failed(error, id, handled),
    )
  }

  /** An exception in a handler fails that publish only, is logged, and tells the client nothing of the inside. */
  #failed(error: unknown, id: string, handled: Resolved | undefined): Settlement {
    // Not known to be kept: a repeat must neither run the handler again nor be told that all is well.
    if (error instanceof BaroError && error.code === 'unavailable')
      return {
        code: 'unknown-outcome',
        message: `The publish ${quote(id)} may or may not have been kept: ${error.message}`,
      }
    const isOurs = error instanceof BaroError
    // What a schema threw is told to nobody but the log.
    if (!isOurs || (error.code === 'handler-failed' && error.cause !== undefined)) {
      const where = handled ? ` of ${JSON.stringify(handled.channel)}` : ''
      this.#parts.log.error(`A handler${where} threw: ${describeError(error)}`)
    }
    // A settled answer is the answer for good, so it must not ask the client to try the same id again.
    if (isOurs) return { code: error.retry ? 'handler-failed' : error.code, message: error.message }
    return { code: 'handler-failed', message: 'The handler of this event failed. The server has logged why.' }
  }
}

function answerOf(id: string, settlement: Settlement): PublishAnswer {
  if ('code' in settlement)
    throw new BaroError(
      Object.hasOwn(errorCodes, settlement.code) ? settlement.code : 'handler-failed',
      settlement.message,
    )
  return settlement.position === null ? { id } : { id, position: settlement.position }
}

/** A property of its own: a type named `constructor` or `__proto__` must not find what every object inherits. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined
}
