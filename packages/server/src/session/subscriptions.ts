import { BaroError } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import type { ClientMessage } from '@baro/core/protocol'
import { ownerOf, type Position, parsePosition, quote, type Result } from '@baro/core/protocol'
import type { Gate } from '../access/gate.ts'
import { revokedFrom } from '../access/permits.ts'
import type { Registry, Resolved } from '../channel/registry.ts'
import type { Following } from '../delegate/following.ts'
import type { Batch } from '../delivery/batch.ts'
import type { Dialect } from '../delivery/dialect.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import { recoveredMessage, resetMessage } from '../delivery/encode/sdk-messages.ts'
import type { Counters } from '../observe/counters.ts'
import type { Limits } from '../ports/limits.ts'
import type { Ending } from '../presence/attendance.ts'
import type { Outlet } from '../stream/reader.ts'
import { type Named, namedBy } from './named.ts'
import type { SessionContext } from './session-context.ts'
import type { SessionOutbox } from './session-outbox.ts'

type SubscribeMessage = Extract<ClientMessage, { type: 'baro:subscribe' }>
type UnsubscribeMessage = Extract<ClientMessage, { type: 'baro:unsubscribe' }>

/** What keeping subscriptions works with. */
export interface SubscriptionsParts {
  readonly registry: Registry
  readonly gate: Gate
  readonly counters: Pick<Counters, 'subscriptions'>
  readonly limits: Pick<Limits, 'maxSubscriptions'>
}

/** What one session follows. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts
  readonly #session: SessionContext
  readonly #byChannel = new Map<string, Subscription>()

  constructor(parts: SubscriptionsParts, session: SessionContext) {
    this.#parts = parts
    this.#session = session
  }

  subscribe(message: SubscribeMessage): void {
    const checked = this.#check(message)
    if (!checked.ok) return this.#session.sendError(checked.error, namesFor(checked.error, message))
    const { resolved, position } = checked.value
    let subscription = this.#byChannel.get(resolved.channel)
    if (!subscription) {
      const following = this.#session.delegate.follow(resolved)
      subscription = new Subscription(this, following, this.#session.outbox)
      this.#byChannel.set(resolved.channel, subscription)
      this.#parts.counters.subscriptions++
    }
    // A newer attempt replaces the older one: the client found a gap, or its position moved, so it asks again.
    subscription.attempt = message.payload.attempt
    if (resolved.members !== undefined) this.#session.isMember()
    subscription.following.begin(position, subscription, 'ask', message.payload.state)
  }

  unsubscribe(message: UnsubscribeMessage): void {
    const { channel } = message.payload
    const subscription = this.#byChannel.get(channel)
    if (!subscription)
      return this.#session.sendError(
        new BaroError('not-subscribed', `${quote(channel)} is not subscribed to on this connection. Subscribe first.`),
        { channel },
      )
    this.#end(channel, subscription, 'left')
    this.#session.send({ type: 'baro:unsubscribed', payload: { channel } })
  }

  *followings(): Iterable<Following> {
    for (const { following } of this.#byChannel.values()) yield following
  }

  /** Ends what the user may not follow any more: a channel, or all. */
  revoke(channel: string | undefined): void {
    for (const [name, subscription] of [...this.#byChannel])
      if (channel === undefined || channel === (ownerOf(name)?.owner ?? name))
        this.fail(subscription, revokedFrom(name))
  }

  /** Asks all rules again: there is a new token. */
  askAgain(): void {
    for (const subscription of this.#byChannel.values()) subscription.following.askAgain(subscription)
  }

  endAll(): void {
    for (const [channel, subscription] of this.#byChannel) this.#end(channel, subscription)
  }

  #check({ payload }: SubscribeMessage): Result<{ resolved: Resolved; position: Position | undefined }> {
    const resolved = this.#parts.registry.resolve(payload.channel)
    if (!resolved.ok) return resolved
    const position = payload.position === undefined ? undefined : parsePosition(payload.position)
    if (position && !position.ok) return position
    const existing = this.#byChannel.get(payload.channel)
    const { maxSubscriptions } = this.#parts.limits
    const error = existing
      ? alreadySubscribed(existing.attempt, payload)
      : this.#byChannel.size >= maxSubscriptions
        ? new BaroError(
            'too-many-subscriptions',
            `A connection may follow ${maxSubscriptions} channels. Unsubscribe from one first.`,
          )
        : undefined
    const refusal = error ?? versionError(resolved.value, payload.version)
    if (refusal) return { ok: false, error: refusal }
    return { ok: true, value: { resolved: resolved.value, position: position?.value } }
  }

  /** Ends a subscription whose stream cannot be read, or whose rule refuses. */
  fail(subscription: Subscription, error: unknown): void {
    const { attempt, following } = subscription
    const { channel } = following.resolved
    this.#end(channel, subscription, 'left')
    // Nothing of it that waits is handed over (I8).
    this.#session.outbox.forget(channel)
    this.#session.sendError(this.#parts.gate.explain(error, channel, this.#session.delegate.principal), {
      channel,
      attempt,
    })
  }

  #end(channel: string, { following }: Subscription, ending: Ending = 'gone'): void {
    this.#byChannel.delete(channel)
    this.#parts.counters.subscriptions--
    following.end(ending)
  }
}

/** One channel that a session follows. It writes what its reader finds as the messages of PROTOCOL.md. */
class Subscription implements Outlet<unknown> {
  readonly following: Following
  readonly outbox: SessionOutbox
  /** The number of the client's newest try. The answers carry it; nobody is told the answer to an older try. */
  attempt = 0
  readonly #subscriptions: Subscriptions

  // It takes no closures: each of ten thousand sessions would keep its own.
  constructor(subscriptions: Subscriptions, following: Following, outbox: SessionOutbox) {
    this.#subscriptions = subscriptions
    this.following = following
    this.outbox = outbox
  }

  get dialect(): Dialect<unknown> {
    return this.outbox.dialect
  }

  failed(error: unknown): void {
    this.#subscriptions.fail(this, error)
  }

  recovered(batch: Batch): void {
    this.outbox.answer(recoveredMessage(this.attempt, batch))
  }

  reset(reason: ResetReason, snapshot: EncodedSnapshot): void {
    const { channel } = this.following.resolved
    this.outbox.answer(resetMessage({ channel, attempt: this.attempt }, reason, snapshot))
  }

  continued(said: unknown): void {
    this.outbox.catchUp(said, this.following.resolved.channel)
  }

  deliver(said: unknown): void {
    this.outbox.deliver(said, this.following.resolved.channel)
  }

  signal(said: unknown): void {
    this.deliver(said)
  }
}

/**
 * What an error names. `already-subscribed` leaves the attempt out: with it, a client would take the error for the
 * end of the subscription, which goes on.
 */
function namesFor({ code }: BaroError, message: SubscribeMessage): Named {
  return code === 'already-subscribed' ? { channel: message.payload.channel } : namedBy(message)
}

function alreadySubscribed(attempt: number, payload: SubscribeMessage['payload']): BaroError | undefined {
  if (payload.attempt > attempt) return undefined
  return new BaroError(
    'already-subscribed',
    `"${payload.channel}" is subscribed to already, with attempt ${attempt}. A new try needs a higher number.`,
  )
}

function versionError({ definition, channel }: Resolved, version: string): BaroError | undefined {
  if (version === definition.version) return undefined
  return new BaroError(
    'outdated',
    `"${channel}" is version ${JSON.stringify(definition.version)} here and ${JSON.stringify(version.slice(0, 64))} in this client. Reload the page.`,
  )
}
