/**
 * What happens to a publish (I5): claim, check, run the handler, append and settle. A publish with an id is checked
 * before the claim, so that a corrected payload may come under the same id. A publish with a turn is claimed first,
 * because a refusal uses up its number.
 */
import { BaroError, errorCodes, type Json, type Log, type WhoIsMuted } from '@baro/core'
import {
  type Broker,
  type ClaimKey,
  type ClaimShare,
  type Clock,
  isLater,
  type NowOrLater,
  orElse,
  type Randomness,
  type Settlement,
  type Turn,
  whenHere,
} from '@baro/core/broker'
import { createId, orThrow, parseId, quote } from '@baro/core/protocol'
import type { AnyHandlers, ChannelContext, Published } from '../channel/handlers.ts'
import { own } from '../channel/own.ts'
import type { Resolved } from '../channel/registry.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Observing } from '../observe/observation.ts'
import type { Appender, Draft } from './appender.ts'
import { ClaimOver } from './claim-over.ts'
import type { ClaimedWork, WorkOutcome } from './claimed-work.ts'
import { Handled } from './handled.ts'
import type { Mutes } from './mutes.ts'
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
  readonly assertAllowed: () => NowOrLater<void>
}

/** The answer to a client's publish: its handler is done. */
export interface PublishAnswer {
  readonly id: string
  /** The position right after the publication with this id; absent if the handler published nothing under the id. */
  readonly position?: string
}

/** What a publisher works with. */
export interface PublisherParts {
  readonly mutes: Pick<Mutes, 'assertMayPublish'>
  readonly appender: Appender
  readonly claimedWork: ClaimedWork
  readonly broker: Pick<Broker, 'settle'>
  readonly randomness: Randomness
  readonly clock: Pick<Clock, 'elapsed'>
  readonly log: Log
  readonly observing: Observing
}

type Handler = NonNullable<NonNullable<AnyHandlers['events']>[string]>

/** What the server publishes, with nothing checked yet. */
export interface Outgoing {
  readonly type: string
  readonly payload: unknown
}

/** As whom somebody may be muted; programs and the application are never. */
function whoIs(user: string | undefined, { of }: ClaimShare): WhoIsMuted | undefined {
  return user !== undefined ? { user } : of === 'guest' ? { guests: true } : undefined
}

/** Whose ids they are that somebody chooses. */
export type Claimant = Pick<PublishRequest, 'scope' | 'share'>

type Drafts = readonly [Draft, ...Draft[]]

const application: Claimant = { scope: 'application', share: { of: 'application' } }

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
  accept(request: PublishRequest): NowOrLater<PublishAnswer> {
    const { resolved, turn, scope } = request
    const id = request.id === undefined ? createId(this.#parts.randomness) : orThrow(parseId(request.id))
    if (turn) return this.#acceptTurn(request, id, turn)
    if (request.id === undefined)
      return whenHere(this.#check(request), (checked) =>
        whenHere(this.#run(request, id, undefined, checked), ({ settlement }) => answerOf(id, settlement)),
      )
    const key = { scope, id }
    const claim = { channel: resolved.channel, key, share: request.share, epoch: request.claimsEpoch }
    // The rule may have changed since the id was taken: a repeat gets the first answer all the same, and a refusal means that
    // nothing is published. It is no answer to keep, so the id is free again.
    const answer = this.#parts.claimedWork.once(claim, () =>
      whenHere(this.#check(request), (checked) => this.#run(request, id, key, checked)),
    )
    return answeredBy(id, answer)
  }

  #acceptTurn(request: PublishRequest, id: string, turn: Turn): NowOrLater<PublishAnswer> {
    const { resolved, scope, share, claimsEpoch } = request
    assertTurn(turn)
    const key = { scope, turn }
    const claim = { channel: resolved.channel, key, share, epoch: claimsEpoch }
    return answeredBy(
      id,
      this.#parts.claimedWork.once(claim, () => this.#checkAndRun(request, id, key)),
    )
  }

  /** A refusal uses up the turn. */
  #checkAndRun(request: PublishRequest, id: string, key: ClaimKey): NowOrLater<WorkOutcome> {
    const refused = (error: unknown) => ({ settlement: this.#refusalOf(error, request.context), isSettled: false })
    let checked: NowOrLater<Checked>
    try {
      checked = this.#check(request)
    } catch (error) {
      return refused(error)
    }
    if (!isLater(checked)) return this.#run(request, id, key, checked)
    return checked.then((one) => this.#run(request, id, key, one), refused)
  }

  /**
   * Publishes for the application itself, or for a program of the server: all are appended together, or none. The id is
   * that of the first, and the position is the one after the last.
   *
   * @param claimant Whose id it is.
   * @throws {BaroError} `invalid-payload`, `not-accepted`, `handler-failed` or `unavailable`; with an id also `bad-id`,
   * `in-progress`, `rate-limited`, `not-kept` or `unknown-outcome`.
   */
  async publish(
    resolved: Resolved,
    publications: readonly Outgoing[],
    id?: string,
    { scope, share }: Claimant = application,
  ): Promise<Published> {
    const { claimedWork } = this.#parts
    const key = id === undefined ? undefined : { scope, id: orThrow(parseId(id)) }
    const drafts = await this.#drafts(resolved, publications, key?.id)
    const append = () => this.#appendTogether(resolved, drafts, key)
    if (!key) return append()
    const claim = { channel: resolved.channel, key, share, epoch: undefined }
    const answer = await claimedWork.once(claim, () =>
      whenHere(append(), ({ position }): WorkOutcome => ({ settlement: { position }, isSettled: true })),
    )
    const { position = '' } = answerOf(key.id, answer)
    return { id: key.id, position }
  }

  /**
   * Publishes for a gateway, whose code is the application's. The id is the gateway's: it is not claimed, so the publish
   * cannot be repeated. With a "." in it, it is one that no client can choose.
   *
   * @throws {BaroError} `invalid-payload`, `not-accepted`, `handler-failed` or `unavailable`.
   */
  publishAs(resolved: Resolved, type: string, payload: unknown, id: string): NowOrLater<Published> {
    const { appender } = this.#parts
    return whenHere(appender.validate(resolved, type, payload), (value) =>
      appender.append(resolved, { type, payload: value, id }),
    )
  }

  async #drafts(resolved: Resolved, publications: readonly Outgoing[], id: string | undefined): Promise<Drafts> {
    const { appender, randomness } = this.#parts
    const drafts: Draft[] = []
    for (const { type, payload } of publications) {
      const value = await appender.validate(resolved, type, payload)
      drafts.push({ type, payload: value, id: (drafts.length === 0 ? id : undefined) ?? createId(randomness) })
    }
    const [first, ...others] = drafts
    if (!first) throw new BaroError('bad-message', 'There is nothing to publish. Give at least one publication.')
    return [first, ...others]
  }

  #check({ resolved, type, payload, context, share, assertAllowed }: PublishRequest): NowOrLater<Checked> {
    const allowed = resolved.definition.moderated
      ? whenHere(assertAllowed(), () => this.#parts.mutes.assertMayPublish(resolved, whoIs(context.user?.id, share)))
      : assertAllowed()
    return isLater(allowed)
      ? allowed.then(() => this.#validate(resolved, type, payload))
      : this.#validate(resolved, type, payload)
  }

  #validate(resolved: Resolved, type: string, payload: unknown): NowOrLater<Checked> {
    const handler = own(resolved.handlers.events, type)
    if (!handler) throw notAccepted(resolved, 'events', type)
    const value = this.#parts.appender.validate(resolved, type, payload)
    return value instanceof Promise ? value.then((later) => ({ handler, value: later })) : { handler, value }
  }

  #run(request: PublishRequest, id: string, key: ClaimKey | undefined, checked: Checked): NowOrLater<WorkOutcome> {
    const { observing, clock } = this.#parts
    if (!observing.handled) return this.#handle(request, id, key, checked)
    const beganMs = clock.elapsed()
    return whenHere(this.#handle(request, id, key, checked), (outcome) => {
      const { type, resolved } = request
      const { text: pattern } = resolved.definition.pattern
      observing.handled?.({ channel: resolved.channel, pattern, type, tookMs: clock.elapsed() - beganMs })
      return outcome
    })
  }

  #handle(
    { resolved, type: handledType, context }: PublishRequest,
    id: string,
    key: ClaimKey | undefined,
    { handler, value }: Checked,
  ): NowOrLater<WorkOutcome> {
    const { appender } = this.#parts
    const handled = new Handled(handledType, value, (type, payload) => appender.validate(resolved, type, payload))
    const sent: Sent[] = []
    const by = context.user?.id
    const publish = (type: string, payload: unknown): Promise<Published> => {
      const isFirst = sent.length === 0
      const next = new Sent()
      sent.push(next)
      const append = (output: Json): NowOrLater<Published> =>
        isFirst
          ? this.#appendOnce(resolved, { type, payload: output, id, by, settle: key })
          : appender.append(resolved, { type, payload: output, id: createId(this.#parts.randomness), by })
      try {
        const output = handled.outputOf(type, payload)
        return next.began(output instanceof Promise ? output.then(append) : append(output))
      } catch (error) {
        return next.began(Promise.reject(error))
      }
    }
    const failed = (error: unknown) => this.#outcomeOfFailure(error, context, id, key, sent[0])
    try {
      // Each field by its name: an object that is spread and added to costs V8 more than the rest of a publish.
      const { channel, params, user, claims, session } = context
      const { payload } = handled
      const returned: unknown = handler({ channel, params, user, claims, session, payload, id, publish })
      if (isAllDone(returned, sent)) return outcomeOf(sent[0]?.published, key)
      return Promise.resolve(returned)
        .then(() => Promise.all(sent.map((one) => one.promise)))
        .then(([first]) => outcomeOf(first, key))
        .catch(failed)
    } catch (error) {
      return failed(error)
    }
  }

  #outcomeOfFailure(
    error: unknown,
    context: ChannelContext,
    id: string,
    key: ClaimKey | undefined,
    sentFirst: Sent | undefined,
  ): NowOrLater<WorkOutcome> {
    if (error instanceof ClaimOver && error.answer) return { settlement: error.answer, isSettled: true }
    const outcome = (first: Published | undefined): WorkOutcome => {
      if (!first) return { settlement: this.#failed(error, id, context), isSettled: false }
      // The publication is in the channel, and a repeat gets its position. So this failure goes to the log only.
      this.#log(error, context)
      return { settlement: { position: first.position }, isSettled: key !== undefined }
    }
    if (!sentFirst || sentFirst.published) return outcome(sentFirst?.published)
    return Promise.resolve(sentFirst.promise).then(outcome, () => outcome(undefined))
  }

  /** Appends. If nobody knows whether it happened, settles the claim with a refusal, and learns which came first. */
  #appendOnce(resolved: Resolved, draft: Draft): NowOrLater<Published> {
    const failed = (error: unknown) => this.#appendedOrNot(error, resolved, draft.id, draft.settle)
    try {
      const published = this.#parts.appender.append(resolved, draft)
      return published instanceof Promise ? published.catch(failed) : published
    } catch (error) {
      return failed(error)
    }
  }

  #appendTogether(resolved: Resolved, drafts: Drafts, settle: ClaimKey | undefined): NowOrLater<Published> {
    return orElse<Published>(
      () => this.#parts.appender.appendTogether(resolved, drafts, settle),
      (error) => this.#appendedOrNot(error, resolved, drafts[0].id, settle),
    )
  }

  #appendedOrNot(
    error: unknown,
    { channel }: Resolved,
    id: string,
    settle: ClaimKey | undefined,
  ): NowOrLater<Published> {
    if (!settle || !(error instanceof BaroError && error.code === 'unavailable')) throw error
    const kept = orElse<Settlement | undefined>(
      () => this.#parts.broker.settle(channel, settle, notKept),
      () => undefined,
    )
    return whenHere(kept, (answer) => {
      if (answer && 'position' in answer && answer.position !== null) return { id, position: answer.position }
      if (!answer) throw error
      throw new BaroError('not-kept', notKept.message, { cause: error })
    })
  }

  /**
   * The refusal for good that a failed check leads to. A passing refusal is thrown: it is no answer to keep. Nor is that of a
   * token that has expired: its user comes back with the next one, and with the same publish.
   */
  #refusalOf(error: unknown, context: ChannelContext): Refusal {
    if (error instanceof BaroError && (error.retry || error.code === 'expired')) throw error
    this.#logFailure(error, context)
    return error instanceof BaroError ? { code: error.code, message: error.message } : handlerFailed
  }

  /**
   * The answer after an exception in a handler. It fails this publish only. The client learns nothing of the inside.
   */
  #failed(error: unknown, id: string, context: ChannelContext): Settlement {
    // The publication may be kept or not. A repeat must neither run the handler again nor be told that all is well.
    if (error instanceof BaroError && error.code === 'unavailable')
      return {
        code: 'unknown-outcome',
        message: `The publish ${quote(id)} may or may not have been kept: ${error.message}`,
      }
    this.#logFailure(error, context)
    // The answer is kept for good, so it must not ask the client to try the same again.
    if (error instanceof BaroError) return { code: error.retry ? 'handler-failed' : error.code, message: error.message }
    return handlerFailed
  }

  #logFailure(error: unknown, context: ChannelContext): void {
    // What a schema threw goes to the log only.
    const isOurs = error instanceof BaroError && !(error.code === 'handler-failed' && error.cause !== undefined)
    if (!isOurs) this.#log(error, context)
  }

  #log(error: unknown, { channel, session, user }: ChannelContext): void {
    this.#parts.observing.failed?.({ session, user: user?.id, where: channel, channel })
    const fields = { channel, session, user: user?.id, code: 'handler-failed' }
    this.#parts.log.error(fields, `A handler of ${JSON.stringify(channel)} threw: ${describeError(error)}`)
  }
}

/** What a handler has sent, on its way into the channel. */
class Sent {
  /** It is in the channel. */
  published: Published | undefined
  /** What the handler got. */
  promise: Promise<Published> | undefined

  /** Takes what an append came to, or will; returns what the handler gets. */
  began(result: NowOrLater<Published>): Promise<Published> {
    if (result instanceof Promise) {
      this.promise = result.then((published) => {
        this.published = published
        return published
      })
      // A handler may forget to wait. The failure is reported by who runs it, so it must not be an unhandled rejection.
      this.promise.catch(() => {})
    } else {
      this.published = result
      this.promise = Promise.resolve(result)
    }
    return this.promise
  }
}

/** Whether a handler has returned, and all that it has sent is in the channel. */
function isAllDone(returned: unknown, sent: readonly Sent[]): boolean {
  // Most handlers return what `publish` gave them. Then there is nothing to wait for.
  let isDone = !isLater(returned)
  for (const one of sent) {
    if (one.published === undefined) return false
    if (one.promise === returned) isDone = true
  }
  return isDone
}

function outcomeOf(first: Published | undefined, key: ClaimKey | undefined): WorkOutcome {
  return { settlement: { position: first?.position ?? null }, isSettled: first !== undefined && key !== undefined }
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
  code: 'not-kept',
  message: 'The publication could not be kept, and will not be under this id. Publish it again under a new one.',
}

function answeredBy(id: string, answer: NowOrLater<Settlement>): NowOrLater<PublishAnswer> {
  return answer instanceof Promise ? answer.then((settlement) => answerOf(id, settlement)) : answerOf(id, answer)
}

function answerOf(id: string, settlement: Settlement): PublishAnswer {
  if ('code' in settlement)
    throw new BaroError(
      Object.hasOwn(errorCodes, settlement.code) ? settlement.code : 'handler-failed',
      settlement.message,
    )
  return settlement.position === null ? { id } : { id, position: settlement.position }
}
