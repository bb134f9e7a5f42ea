/**
 * What happens to a publish (I5): claim, check, run the handler, append and settle. A publish with an id is checked
 * before the claim, so that a corrected payload may come under the same id. A publish with a turn is claimed first,
 * because a refusal uses up its number.
 */
import { BaroError, errorCodes, type Json, type Log } from '@baro/core'
import type { Broker, ClaimKey, ClaimShare, Randomness, Settlement, Turn } from '@baro/core/broker'
import { createId, orThrow, parseId, quote } from '@baro/core/protocol'
import type { AnyHandlers, ChannelContext, Published } from '../channel/handlers.ts'
import { own } from '../channel/own.ts'
import type { Resolved } from '../channel/registry.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Appender, Draft } from './appender.ts'
import { ClaimOver } from './claim-over.ts'
import type { ClaimedWork, WorkOutcome } from './claimed-work.ts'
import { Handled } from './handled.ts'
import { notAccepted } from './not-accepted.ts'
import { assertTurn } from './turn.ts'

/** A client's publish with its scope and context, as the publisher takes it. */
export interface PublishRequest {
  readonly resolved: Resolved
  readonly type: string
  readonly payload: unknown
  /** The id of the publication. Without a turn it claims the publish; without both the publish cannot be repeated. */
  readonly id: string | undefined
  /** Claims the publish instead of the id. */
  readonly turn?: Turn | undefined
  /** The scope of the id or turn: a user, or one client of a guest. */
  readonly scope: string
  /** Whose room the claim takes. */
  readonly share: ClaimShare
  /** The life of the claims that the client counts on; `undefined` for any. */
  readonly claimsEpoch?: string | undefined
  readonly context: ChannelContext
  /** Rejects unless the channel's rule allows it. */
  readonly assertAllowed: () => Promise<void>
}

/** The answer to a client's publish: its handler is done. */
export interface PublishAnswer {
  readonly id: string
  /** The position right after the publication with this id; absent if the handler published nothing under the id. */
  readonly position?: string
}

/** What a publisher works with. */
export interface PublisherParts {
  readonly appender: Appender
  readonly claimedWork: ClaimedWork
  readonly broker: Pick<Broker, 'settle'>
  readonly randomness: Randomness
  readonly log: Log
}

type Handler = NonNullable<NonNullable<AnyHandlers['events']>[string]>

/** The scope of ids that the application chooses. */
const applicationScope = 'application'

export class Publisher {
  readonly #parts: PublisherParts

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /**
   * Gives a client's publish to its handler.
   *
   * @throws {BaroError} the error to answer the client with; or whatever the application throws.
   */
  async accept(request: PublishRequest): Promise<PublishAnswer> {
    const { resolved, turn, scope, share, claimsEpoch } = request
    const id = request.id === undefined ? createId(this.#parts.randomness) : orThrow(parseId(request.id))
    const claimOf = (key: ClaimKey) => ({ channel: resolved.channel, key, share, epoch: claimsEpoch })
    if (turn) {
      assertTurn(turn)
      const key = { scope, turn }
      return answerOf(
        id,
        await this.#parts.claimedWork.once(claimOf(key), async () => {
          const checked = await this.#check(request).catch((error) => this.#refusalOf(error, resolved))
          return 'code' in checked ? { settlement: checked, isSettled: false } : this.#run(request, id, key, checked)
        }),
      )
    }
    const checked = await this.#check(request)
    if (request.id === undefined) return answerOf(id, (await this.#run(request, id, undefined, checked)).settlement)
    const key = { scope, id }
    return answerOf(id, await this.#parts.claimedWork.once(claimOf(key), () => this.#run(request, id, key, checked)))
  }

  /**
   * Publishes for the application itself.
   *
   * @throws {BaroError} `invalid-payload`, `not-accepted`, `handler-failed` or `unavailable`; with an id also `bad-id`,
   * `in-progress`, `rate-limited` or `unknown-outcome`.
   */
  async publish(resolved: Resolved, type: string, payload: unknown, id?: string): Promise<Published> {
    const { appender, claimedWork, randomness } = this.#parts
    const key = id === undefined ? undefined : { scope: applicationScope, id: orThrow(parseId(id)) }
    const value = await appender.validate(resolved, type, payload)
    if (!key) return appender.append(resolved, { type, payload: value, id: createId(randomness) })
    const claim = { channel: resolved.channel, key, share: { of: 'application' }, epoch: undefined } as const
    const answer = await claimedWork.once(claim, async () => {
      const { position } = await this.#appendOnce(resolved, { type, payload: value, id: key.id, settle: key })
      return { settlement: { position }, isSettled: true }
    })
    const { position = '' } = answerOf(key.id, answer)
    return { id: key.id, position }
  }

  async #check({ resolved, type, payload, assertAllowed }: PublishRequest): Promise<Checked> {
    await assertAllowed()
    const handler = own(resolved.handlers.events, type)
    if (!handler) throw notAccepted(resolved, 'events', type)
    return { handler, value: await this.#parts.appender.validate(resolved, type, payload) }
  }

  async #run(
    { resolved, type: handledType, context }: PublishRequest,
    id: string,
    key: ClaimKey | undefined,
    { handler, value }: Checked,
  ): Promise<WorkOutcome> {
    const { appender, randomness } = this.#parts
    const handled = new Handled(handledType, value, (type, payload) => appender.validate(resolved, type, payload))
    const published: Promise<Published>[] = []
    const publish = (type: string, payload: unknown): Promise<Published> => {
      const isFirst = published.length === 0
      const done = handled.outputOf(type, payload).then((output) => {
        const draft = { type, payload: output, by: context.user?.id }
        return isFirst
          ? this.#appendOnce(resolved, { ...draft, id, settle: key })
          : appender.append(resolved, { ...draft, id: createId(randomness) })
      })
      // A handler may forget to wait. The failure is reported below, so it must not become an unhandled rejection.
      done.catch(() => {})
      published.push(done)
      return done
    }
    try {
      await handler({ ...context, payload: handled.payload, id, publish })
      const [first] = await Promise.all(published)
      return { settlement: { position: first?.position ?? null }, isSettled: first !== undefined && key !== undefined }
    } catch (error) {
      if (error instanceof ClaimOver && error.answer) return { settlement: error.answer, isSettled: true }
      const first = await published[0]?.catch(() => undefined)
      if (!first) return { settlement: this.#failed(error, id, resolved), isSettled: false }
      // The publication is in the channel, and a repeat gets its position. So this failure goes to the log only.
      this.#log(error, resolved)
      return { settlement: { position: first.position }, isSettled: key !== undefined }
    }
  }

  /** Appends. If nobody knows whether it happened, settles the claim with a refusal, and learns which came first. */
  async #appendOnce(resolved: Resolved, draft: Draft): Promise<Published> {
    const { appender, broker } = this.#parts
    try {
      return await appender.append(resolved, draft)
    } catch (error) {
      if (!draft.settle || !(error instanceof BaroError && error.code === 'unavailable')) throw error
      const answer = await broker.settle(resolved.channel, draft.settle, notKept).catch(() => undefined)
      if (answer && 'position' in answer && answer.position !== null) return { id: draft.id, position: answer.position }
      if (!answer) throw error
      throw new BaroError('handler-failed', notKept.message, { cause: error })
    }
  }

  /** The refusal for good that a failed check leads to. A passing refusal is thrown: it is no answer to keep. */
  #refusalOf(error: unknown, resolved: Resolved): Refusal {
    if (error instanceof BaroError && error.retry) throw error
    this.#logFailure(error, resolved)
    return error instanceof BaroError ? { code: error.code, message: error.message } : handlerFailed
  }

  /**
   * The answer after an exception in a handler. It fails this publish only. The client learns nothing of the inside.
   */
  #failed(error: unknown, id: string, resolved: Resolved): Settlement {
    // The publication may be kept or not. A repeat must neither run the handler again nor be told that all is well.
    if (error instanceof BaroError && error.code === 'unavailable')
      return {
        code: 'unknown-outcome',
        message: `The publish ${quote(id)} may or may not have been kept: ${error.message}`,
      }
    this.#logFailure(error, resolved)
    // The answer is kept for good, so it must not ask the client to try the same again.
    if (error instanceof BaroError) return { code: error.retry ? 'handler-failed' : error.code, message: error.message }
    return handlerFailed
  }

  #logFailure(error: unknown, resolved: Resolved): void {
    // What a schema threw goes to the log only.
    const isOurs = error instanceof BaroError && !(error.code === 'handler-failed' && error.cause !== undefined)
    if (!isOurs) this.#log(error, resolved)
  }

  #log(error: unknown, { channel }: Resolved): void {
    this.#parts.log.error(`A handler of ${JSON.stringify(channel)} threw: ${describeError(error)}`)
  }
}

/** A publish that may be given to its handler. */
interface Checked {
  readonly handler: Handler
  readonly value: Json
}

type Refusal = Extract<Settlement, { code: unknown }>

const handlerFailed: Refusal = {
  code: 'handler-failed',
  message: 'The handler of this event failed. The server has logged why.',
}

const notKept: Refusal = {
  code: 'handler-failed',
  message: 'The publication could not be kept. Nothing was published; try again.',
}

function answerOf(id: string, settlement: Settlement): PublishAnswer {
  if ('code' in settlement)
    throw new BaroError(
      Object.hasOwn(errorCodes, settlement.code) ? settlement.code : 'handler-failed',
      settlement.message,
    )
  return settlement.position === null ? { id } : { id, position: settlement.position }
}
