import type { ClientMessage } from '@baro/core'
import { BaroError, type Position, parsePosition, type ResetReason, type Result } from '@baro/core'
import type { ChannelContext } from '../channel/handlers.ts'
import type { Resolved } from '../channel/registry.ts'
import type { Batch } from '../delivery/batch.ts'
import type { Dialect } from '../delivery/dialect.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import { recoveredMessage, resetMessage } from '../delivery/encode/sdk-messages.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import type { Feed } from '../stream/feed.ts'
import { type Outlet, Reader } from '../stream/reader.ts'
import type { SessionContext } from './session-context.ts'
import type { SessionOutbox } from './session-outbox.ts'

type SubscribeMessage = Extract<ClientMessage, { type: 'baro:subscribe' }>
type UnsubscribeMessage = Extract<ClientMessage, { type: 'baro:unsubscribe' }>

/** One channel a session follows, or is about to. */
interface Subscription {
  /** Once it has a feed, what that has resolved: one object for all who follow a channel. */
  resolved: Resolved
  attempt: number
  feed: Feed | undefined
  reader: Reader<unknown> | undefined
  hasJoined: boolean
}

/** What one session follows. */
export class Subscriptions {
  readonly #parts: HubParts
  readonly #session: SessionContext
  readonly #byChannel = new Map<string, Subscription>()

  constructor(parts: HubParts, session: SessionContext) {
    this.#parts = parts
    this.#session = session
  }

  subscribe(message: SubscribeMessage): void {
    const checked = this.#check(message)
    if (!checked.ok) return this.#session.sendError(checked.error, subjectOf(checked.error, message))
    const { resolved, position } = checked.value
    let subscription = this.#byChannel.get(resolved.channel)
    if (subscription) {
      // A newer attempt takes over: the client found a gap, or its position was moved, and asks again from there.
      subscription.attempt = message.payload.attempt
      this.#stopReading(subscription)
    } else {
      const { attempt } = message.payload
      subscription = { resolved, attempt, feed: undefined, reader: undefined, hasJoined: false }
      this.#byChannel.set(resolved.channel, subscription)
      this.#parts.counters.subscriptions++
    }
    this.#start(subscription, position)
  }

  unsubscribe(message: UnsubscribeMessage): void {
    const subscription = this.#byChannel.get(message.payload.channel)
    if (!subscription)
      return this.#session.sendError(
        new BaroError('not-subscribed', 'This channel is not subscribed to on this connection. Subscribe first.'),
        message,
      )
    this.#end(subscription)
    this.#session.send({ type: 'baro:unsubscribed', payload: { channel: message.payload.channel } })
  }

  endAll(): void {
    for (const subscription of this.#byChannel.values()) this.#end(subscription)
  }

  #check({ payload }: SubscribeMessage): Result<{ resolved: Resolved; position: Position | undefined }> {
    const resolved = this.#parts.registry.resolve(payload.channel)
    if (!resolved.ok) return resolved
    const position = payload.position === undefined ? undefined : parsePosition(payload.position)
    if (position && !position.ok) return position
    const existing = this.#byChannel.get(payload.channel)
    const error = existing
      ? alreadySubscribed(existing.attempt, payload)
      : this.#byChannel.size >= this.#parts.limits.maxSubscriptions
        ? new BaroError(
            'too-many-subscriptions',
            `A connection may follow ${this.#parts.limits.maxSubscriptions} channels. Unsubscribe from one first.`,
          )
        : undefined
    const outdated = versionError(resolved.value, payload.version)
    const refusal = error ?? outdated
    if (refusal) return { ok: false, error: refusal }
    return { ok: true, value: { resolved: resolved.value, position: position?.value } }
  }

  /** The stream cannot be read, or the rule refuses: unless a newer attempt took over, the subscription has ended. */
  fail(subscription: Subscription, attempt: number, error: unknown): void {
    if (!this.#isCurrent(subscription, attempt)) return
    const { channel } = subscription.resolved
    this.#end(subscription)
    this.#session.sendError(this.#parts.explain(error, channel), { payload: { channel, attempt } })
  }

  #isCurrent(subscription: Subscription, attempt: number): boolean {
    return this.#byChannel.get(subscription.resolved.channel) === subscription && subscription.attempt === attempt
  }

  #start(subscription: Subscription, position: Position | undefined): void {
    const { attempt, resolved } = subscription
    const fail = (error: unknown) => this.fail(subscription, attempt, error)
    const read = () => {
      if (this.#isCurrent(subscription, attempt)) this.#read(subscription, position)
    }
    const open = () => {
      if (!this.#isCurrent(subscription, attempt)) return
      subscription.feed ??= this.#parts.feeds.hold(resolved)
      const { feed } = subscription
      subscription.resolved = feed.resolved
      // Stays synchronous where it can: thousands that come back at once should not wait in a queue of promises.
      if (feed.isOpen) read()
      else feed.opened.then(read).catch(fail)
    }
    if (resolved.handlers.access === 'public') open()
    else this.#parts.assertAllowed(resolved, this.#context(subscription), 'subscribe').then(open).catch(fail)
  }

  #read(subscription: Subscription, position: Position | undefined): void {
    const { feed, resolved } = subscription
    if (!feed) return
    if (!subscription.hasJoined) {
      subscription.hasJoined = true
      this.#parts.runHook(resolved.handlers.joined, this.#context(subscription))
    }
    const outlet = new SdkOutlet(this, this.#session.outbox, subscription)
    subscription.reader = new Reader(feed, outlet, this.#parts.counters, position)
  }

  #end(subscription: Subscription): void {
    const { channel, handlers } = subscription.resolved
    this.#byChannel.delete(channel)
    this.#parts.counters.subscriptions--
    this.#stopReading(subscription)
    if (subscription.feed) this.#parts.feeds.release(subscription.feed)
    if (subscription.hasJoined) this.#parts.runHook(handlers.left, this.#context(subscription))
  }

  #stopReading(subscription: Subscription): void {
    subscription.reader?.end()
    subscription.reader = undefined
  }

  #context({ resolved }: Subscription): ChannelContext {
    return { channel: resolved.channel, params: resolved.params, user: this.#session.user, session: this.#session.id }
  }
}

/** Hands what a reader finds to its session, as the messages of PROTOCOL.md. */
class SdkOutlet implements Outlet<unknown> {
  readonly outbox: SessionOutbox
  readonly #subscriptions: Subscriptions
  readonly #subscription: Subscription
  readonly #attempt: number

  constructor(subscriptions: Subscriptions, outbox: SessionOutbox, subscription: Subscription) {
    this.outbox = outbox
    this.#subscriptions = subscriptions
    this.#subscription = subscription
    this.#attempt = subscription.attempt
  }

  get dialect(): Dialect<unknown> {
    return this.outbox.dialect
  }

  failed(error: unknown): void {
    this.#subscriptions.fail(this.#subscription, this.#attempt, error)
  }

  recovered(batch: Batch): void {
    this.outbox.answer(recoveredMessage(this.#attempt, batch))
  }

  reset(reason: ResetReason, snapshot: EncodedSnapshot): void {
    const { channel } = this.#subscription.resolved
    this.outbox.answer(resetMessage({ channel, attempt: this.#attempt }, reason, snapshot))
  }

  continued(said: unknown): void {
    this.outbox.catchUp(said)
  }

  deliver(said: unknown): void {
    this.outbox.deliver(said)
  }

  signal(said: unknown): void {
    this.outbox.deliver(said)
  }
}

/** What an error is about. With the attempt of what goes on, it would end what it only is a copy of. */
function subjectOf({ code }: BaroError, message: SubscribeMessage): { readonly payload: object } {
  return code === 'already-subscribed' ? { payload: { channel: message.payload.channel } } : message
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
