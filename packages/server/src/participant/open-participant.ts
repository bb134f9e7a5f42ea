import { BaroError, type ChannelTypes, type Json, type Log, type Reference, type Signal } from '@baro/core'
import type { Randomness, ResetReason } from '@baro/core/broker'
import {
  anyText,
  checkedOptions,
  closeCodes,
  createId,
  here,
  nameOf,
  type OptionRules,
  orThrow,
  ownerOf,
  type Position,
  parseJson,
  parsePosition,
} from '@baro/core/protocol'
import type { Gate } from '../access/gate.ts'
import { networkOf } from '../access/network-of.ts'
import { expired, type Holder, isOver, type Permit, type Permits, revokedFrom } from '../access/permits.ts'
import { type Principal, whoOf } from '../access/principal.ts'
import type { Identity, SessionEnd } from '../channel/handlers.ts'
import type { Registry, Resolved } from '../channel/registry.ts'
import type { Delegate, Delegating } from '../delegate/delegate.ts'
import type { Following, Start } from '../delegate/following.ts'
import type { Batch } from '../delivery/batch.ts'
import type { BoundedQueue } from '../delivery/bounded-queue.ts'
import { type Dialect, unencoded } from '../delivery/dialect.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import { describeError } from '../observe/describe-error.ts'
import type { SessionRung } from '../observe/hub-events.ts'
import type { Observing } from '../observe/observation.ts'
import { toldError } from '../observe/told-error.ts'
import type { Ending } from '../presence/attendance.ts'
import type { ClaimsEpoch } from '../publish/claims-epoch.ts'
import type { PublishAnswer } from '../publish/publisher.ts'
import type { HubSession, Sessions } from '../session/sessions.ts'
import type { Outlet } from '../stream/reader.ts'
import type {
  Followed,
  Follower,
  Participant,
  ParticipantOptions,
  ParticipantPublishOptions,
  Present,
  TrackingTold,
} from './participant.ts'

const publishRules: OptionRules<ParticipantPublishOptions> = {
  id: anyText,
  turn: { what: 'a turn of a producer', accepts: (value) => typeof value === 'object' && value !== null },
  claimsEpoch: anyText,
}

/** A `to` with a typo would send to everybody. */
const signalRules: OptionRules<{ readonly to?: string; readonly mark?: string }> = { to: anyText, mark: anyText }

/** What a follower cannot do without. */
const followerFunctions = ['delivered', 'reset', 'failed'] as const

/** What opening a participant works with. */
export interface OpenParticipantParts {
  readonly registry: Registry
  readonly gate: Gate
  readonly permits: Permits
  readonly sessions: Sessions
  readonly delegating: Delegating
  readonly claimsEpoch: Pick<ClaimsEpoch, 'ask'>
  readonly randomness: Randomness
  readonly observing: Observing
  readonly log: Log
}

/** A session without a link. It is counted, watched and drained like every other session. */
export class OpenParticipant implements Participant, HubSession, Holder {
  readonly session: string
  readonly rung: SessionRung
  readonly #parts: OpenParticipantParts
  readonly #options: ParticipantOptions
  readonly #delegate: Delegate
  /** With what tells that a following has failed. */
  readonly #followings = new Map<Following, (error: BaroError) => void>()
  readonly #permit: Permit | undefined
  #isEnded = false

  /** @throws {BaroError} `unavailable` if the node is stopping; `expired`. */
  constructor(parts: OpenParticipantParts, principal: Principal, options: ParticipantOptions) {
    if (isOver(parts.permits.clock, principal.user)) throw expired()
    if (parts.sessions.isStopping)
      throw new BaroError('unavailable', 'This node is stopping. Open the participant on another one.')
    this.session = principal.session ?? createId(parts.randomness)
    this.rung = principal.rung ?? 'process'
    this.#parts = parts
    this.#options = options
    const { address } = principal
    this.#delegate = parts.delegating({
      ...principal,
      session: this.session,
      rung: this.rung,
      address: address === undefined ? undefined : networkOf(address),
    })
    parts.sessions.started(this)
    // Before anybody is told of it, who may disconnect its user (I8).
    this.#permit = parts.permits.open(principal.user, this)
    parts.sessions.opened(this)
  }

  get id(): string {
    return this.session
  }

  get address(): string | undefined {
    return this.#delegate.principal.address
  }

  get user(): Identity | undefined {
    return this.#delegate.principal.user
  }

  follow(
    reference: Reference,
    from: string | Position | undefined,
    follower: Follower | Outlet<unknown, unknown>,
  ): Followed {
    const start = startFrom(from)
    for (const name of 'dialect' in Object(follower) ? [] : followerFunctions)
      if (typeof Object(follower)[name] !== 'function')
        throw new BaroError(
          'bad-definition',
          `follow: the follower has no ${name}(). Give ${followerFunctions.join(', ')}.`,
        )
    if ('dialect' in follower) {
      const { following, end, failed } = this.#following(reference, (error) =>
        this.#guarded(() => follower.failed(error)),
      )
      following.begin(start, forwarding(follower, failed))
      return { end }
    }
    const { following, end, failed } = this.#following(reference, (error) =>
      this.#tellSoon(() => follower.failed(error)),
    )
    following.begin(start, new FollowerOutlet(follower, failed, this.#parts.log))
    return { end }
  }

  track(reference: Reference, state: unknown, told: TrackingTold = {}): Present {
    const { following, end, failed } = this.#following(here({ channel: nameOf(reference) }), (error) =>
      this.#tellSoon(() =>
        told.failed
          ? told.failed(error)
          : this.#parts.log.warn({ session: this.session, user: this.user?.id, code: error.code }, error.message),
      ),
    )
    // Nothing is published there, so the first answer is all that comes.
    const follower = { delivered: () => told.taken?.(), reset: () => told.taken?.(), failed() {} }
    const outlet = new FollowerOutlet(follower, failed, this.#parts.log)
    // The schema of the channel says what it is.
    const update = (next: unknown) => {
      if (this.#followings.has(following)) following.begin('now', outlet, 'ask', next as Json)
    }
    update(state)
    return { update, end }
  }

  async publish(
    reference: Reference,
    type: string,
    payload: unknown,
    options: ParticipantPublishOptions = {},
  ): Promise<PublishAnswer> {
    const how = checkedOptions('publish', options, publishRules)
    return this.#answer(reference, async (resolved) => this.#delegate.publish(resolved, { type, payload, ...how }))
  }

  async signal(
    reference: Reference,
    type: string,
    payload: unknown,
    options: { readonly to?: string; readonly mark?: string } = {},
  ): Promise<void> {
    const { to, mark } = checkedOptions('signal', options, signalRules)
    return this.#answer(reference, async (resolved) => {
      // A follower joins when its first `delivered` returns: a signal that it sends in there must find it.
      await undefined
      return this.#delegate.signal(resolved, type, payload, { to, mark })
    })
  }

  // The schema of the answer has checked the type.
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  async request(reference: Reference<ChannelTypes>, type: string, input: unknown): Promise<any> {
    return this.#answer(reference, (resolved) => this.#delegate.request(resolved, type, input))
  }

  async claimsEpoch(): Promise<string> {
    return this.#parts.claimsEpoch.ask()
  }

  end(): void {
    this.#end('gone', { code: closeCodes.normal, reason: '' })
  }

  /** `told` must not throw: nobody waits for it, so that would end the process. */
  #following(reference: Reference, told: (error: BaroError) => void) {
    const following = this.#delegate.follow(this.#resolve(reference))
    const end = () => {
      if (this.#followings.delete(following)) following.end('left')
    }
    const failed = (error: unknown) => {
      end()
      told(this.#refusal(error, reference.channel, true))
    }
    this.#followings.set(following, failed)
    return { following, end, failed }
  }

  #refusal(error: unknown, channel: string, isOfFollowing: boolean): BaroError {
    const { gate, observing } = this.#parts
    const { principal } = this.#delegate
    const refusal = gate.explain(error, channel, principal)
    observing.refused?.({ ...whoOf(principal), ...toldError(refusal, channel), isOfFollowing })
    return refusal
  }

  #end(ending: Ending, end: SessionEnd): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#permit?.end()
    for (const following of this.#followings.keys()) following.end(ending)
    this.#followings.clear()
    this.#parts.sessions.ended(this, end)
    this.#parts.sessions.linkGone(this)
  }

  over(error: BaroError): void {
    for (const failed of [...this.#followings.values()]) failed(error)
    this.#end('left', { code: closeCodes.expired, reason: error.message })
    // After the failures of its followings.
    this.#tellSoon(() => this.#options.over?.(error))
  }

  revoked(channel: string | undefined): void {
    for (const [following, failed] of [...this.#followings]) {
      const { channel: own } = following.resolved
      if (channel === undefined || channel === (ownerOf(own)?.owner ?? own)) failed(revokedFrom(own))
    }
  }

  comeBack(): void {
    this.drain(0)
  }

  followings(): Iterable<Following> {
    return this.#followings.keys()
  }

  /** What waits for whoever it acts for is in its own queue. */
  get waitingBytes(): number {
    return 0
  }

  tap(): undefined {}

  // A participant is in this process, so nobody needs to be asked for a sign of life.
  tick(): void {}

  drain(reconnectInMs: number): void {
    this.#end('gone', { code: closeCodes.drain, reason: 'this node stops; come back' })
    this.#guarded(() => this.#options.ended?.(reconnectInMs))
  }

  claimsLost(claimsEpoch: string): void {
    this.#guarded(() => this.#options.claimsLost?.(claimsEpoch))
  }

  #resolve(reference: Reference): Resolved {
    const channel = nameOf(reference)
    if (this.#isEnded) throw new BaroError('closed', 'This participant has ended. Open another one.')
    this.#parts.registry.assertComplete()
    return orThrow(this.#parts.registry.resolve(channel))
  }

  async #answer<T>(reference: Reference, run: (resolved: Resolved) => Promise<T>): Promise<T> {
    const resolved = this.#resolve(reference)
    try {
      return await run(resolved)
    } catch (error) {
      throw this.#refusal(error, reference.channel, false)
    }
  }

  /** Tells the application when the call that it made has returned: before, it has no name for what it is told of. */
  #tellSoon(run: () => void): void {
    queueMicrotask(() => this.#guarded(run))
  }

  #guarded(run: () => void): void {
    guarded(this.#parts.log, 'A participant', run)
  }
}

function startFrom(from: string | Position | undefined): Start {
  return typeof from !== 'string' || from === 'now' ? (from as Start) : orThrow(parsePosition(from))
}

/** An outlet that somebody else made, with `failed` replaced: the participant forgets the following first. */
function forwarding(outlet: Outlet<unknown, unknown>, failed: (error: unknown) => void): Outlet<unknown, unknown> {
  return {
    dialect: outlet.dialect,
    outbox: outlet.outbox,
    recovered: (batch) => outlet.recovered(batch),
    continued: (said, position) => outlet.continued(said, position),
    deliver: (said, position) => outlet.deliver(said, position),
    signal: (said) => outlet.signal(said),
    reset: (reason, snapshot) => outlet.reset(reason, snapshot),
    failed,
  }
}

/** Hands batches and signals to a follower as they are. */
class FollowerOutlet implements Outlet<Batch, Signal> {
  readonly dialect: Dialect<Batch, Signal> = unencoded
  readonly firstAnswer = 'soon'
  readonly outbox: BoundedQueue
  readonly failed: (error: unknown) => void
  readonly #follower: Follower
  readonly #log: Log

  constructor(follower: Follower, failed: (error: unknown) => void, log: Log) {
    this.outbox = follower.queue ?? neverFull
    this.failed = failed
    this.#follower = follower
    this.#log = log
  }

  recovered(batch: Batch): void {
    this.#tell(() => this.#follower.delivered(batch))
  }

  continued(batch: Batch): void {
    this.recovered(batch)
  }

  deliver(batch: Batch): void {
    this.recovered(batch)
  }

  signal(signal: Signal): void {
    this.#tell(() => this.#follower.signaled?.(signal))
  }

  reset(reason: ResetReason, { position, valueText }: EncodedSnapshot): void {
    // Parsed for each follower, so that a follower that changes its copy does not change another's.
    const value: Json | undefined = valueText === undefined ? undefined : orThrow(parseJson(valueText))
    this.#tell(() => this.#follower.reset(reason, { position, value }))
  }

  #tell(run: () => void): void {
    guarded(this.#log, 'A follower', run)
  }
}

const neverFull: BoundedQueue = { isFull: false, waitForRoom: () => {}, stopWaiting: () => {} }

/**
 * Runs a callback of the application. An exception is logged: thrown further, it would keep the news from other
 * readers.
 */
function guarded(log: Log, who: string, run: () => void): void {
  try {
    run()
  } catch (error) {
    log.error({ code: 'handler-failed' }, `${who} of the application threw: ${describeError(error)}`)
  }
}
