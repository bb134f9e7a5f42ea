/**
 * The life of a publish (I5): claim, check, run the handler, append and settle. An id is checked before it is claimed, so
 * that a corrected payload may be sent under the same id; a turn is claimed first, for a refusal uses up its number.
 */
import {
  BaroError,
  type Broker,
  type ClaimKey,
  createId,
  errorCodes,
  type Json,
  type Log,
  orThrow,
  parseId,
  quote,
  type Randomness,
  type Settlement,
  type Turn,
} from '@baro/core'
import type { AnyHandlers, ChannelContext, Published } from '../channel/handlers.ts'
import { own } from '../channel/own.ts'
import type { Resolved } from '../channel/registry.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Appender, Draft } from './appender.ts'
import { ClaimOver } from './claim-over.ts'
import type { ClaimedWork, WorkOutcome } from './claimed-work.ts'
import { notAccepted } from './not-accepted.ts'
import { assertTurn } from './turn.ts'

/** A publish of a client, before anything of it is believed. */
export interface PublishRequest {
  readonly resolved: Resolved
  readonly type: string
  readonly payload: unknown
  /** Of the publication. Without a turn it claims the publish; without either it cannot be repeated. */
  readonly id: string | undefined
  /** Claims the publish instead of the id. */
  readonly turn?: Turn | undefined
  /** Whose id or turn it is: a user, or one client of a guest. */
  readonly scope: string
  /** The life of the claims that the client counts on. */
  readonly claimsEpoch?: string | undefined
  readonly context: ChannelContext
  /** Rejects unless the channel's rule allows it. */
  readonly assertAllowed: () => Promise<void>
}

/** What a publish came to. */
export interface PublishAnswer {
  readonly id: string
  /** Right after the publication with this id; absent if the handler published nothing under it. */
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

/** Whose ids those of the application are. */
const applicationScope = 'application'

export class Publisher {
  readonly #parts: PublisherParts

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /**
   * Takes a publish of a client to its handler.
   *
   * @throws {BaroError} with the code the client is to be answered with.
   */
  async accept(request: PublishRequest): Promise<PublishAnswer> {
    const { resolved, turn, scope, claimsEpoch } = request
    const id = request.id === undefined ? createId(this.#parts.randomness) : orThrow(parseId(request.id))
    const claimOf = (key: ClaimKey) => ({ channel: resolved.channel, key, epoch: claimsEpoch })
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
   * @throws {BaroError} `invalid-payload`, `not-accepted`, `bad-id` or `unavailable`.
   */
  async publish(resolved: Resolved, type: string, payload: unknown, id?: string): Promise<Published> {
    const { appender, claimedWork, randomness } = this.#parts
    if (id === undefined) return appender.append(resolved, { type, payload, id: createId(randomness) })
    const key = { scope: applicationScope, id: orThrow(parseId(id)) }
    await appender.validate(resolved, type, payload)
    const answer = await claimedWork.once({ channel: resolved.channel, key, epoch: undefined }, async () => {
      const { position } = await this.#appendOnce(resolved, { type, payload, id, settle: key })
      return { settlement: { position }, isSettled: true }
    })
    const { position = '' } = answerOf(id, answer)
    return { id, position }
  }

  async #check({ resolved, type, payload, assertAllowed }: PublishRequest): Promise<Checked> {
    await assertAllowed()
    const handler = own(resolved.handlers.events, type)
    if (!handler) throw notAccepted(resolved.channel, type)
    return { handler, value: await this.#parts.appender.validate(resolved, type, payload) }
  }

  async #run(
    { resolved, context }: PublishRequest,
    id: string,
    key: ClaimKey | undefined,
    { handler, value }: Checked,
  ): Promise<WorkOutcome> {
    const published: Promise<Published>[] = []
    const publish = (type: string, payload: unknown): Promise<Published> => {
      const isFirst = published.length === 0
      const draft = { type, payload, by: context.user?.id }
      const done = isFirst
        ? this.#appendOnce(resolved, { ...draft, id, settle: key })
        : this.#parts.appender.append(resolved, { ...draft, id: createId(this.#parts.randomness) })
      // A handler may forget to wait; its failure is reported below, not as an unhandled rejection.
      done.catch(() => {})
      published.push(done)
      return done
    }
    try {
      await handler({ ...context, payload: value, id, publish })
      const [first] = await Promise.all(published)
      return { settlement: { position: first?.position ?? null }, isSettled: first !== undefined && key !== undefined }
    } catch (error) {
      if (error instanceof ClaimOver && error.answer) return { settlement: error.answer, isSettled: true }
      const first = await published[0]?.catch(() => undefined)
      if (!first) return { settlement: this.#failed(error, id, resolved), isSettled: false }
      // It is in the channel under its id, and a repeat is told so already: only the log can say what went wrong after it.
      this.#log(error, resolved)
      return { settlement: { position: first.position }, isSettled: key !== undefined }
    }
  }

  /** Appends; where that is not known to have happened, settles the claim otherwise and sees which came first. */
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

  /** The answer for good that a check came to; what may pass is no answer. */
  #refusalOf(error: unknown, resolved: Resolved): Refusal {
    if (error instanceof BaroError && error.retry) throw error
    this.#logFailure(error, resolved)
    return error instanceof BaroError ? { code: error.code, message: error.message } : handlerFailed
  }

  /** An exception in a handler fails that publish only, is logged, and tells the client nothing of the inside. */
  #failed(error: unknown, id: string, resolved: Resolved): Settlement {
    // Not known to be kept: a repeat must neither run the handler again nor be told that all is well.
    if (error instanceof BaroError && error.code === 'unavailable')
      return {
        code: 'unknown-outcome',
        message: `The publish ${quote(id)} may or may not have been kept: ${error.message}`,
      }
    this.#logFailure(error, resolved)
    // A settled answer is the answer for good, so it must not ask the client to try the same again.
    if (error instanceof BaroError) return { code: error.retry ? 'handler-failed' : error.code, message: error.message }
    return handlerFailed
  }

  #logFailure(error: unknown, resolved: Resolved): void {
    // What a schema threw is told to nobody but the log.
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
