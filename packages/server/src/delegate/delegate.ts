import type { Json, RequestSchemas } from '@baro/core'
import { isLater, type NowOrLater } from '@baro/core/broker'
import { ownerOf, quote, validatePayload } from '@baro/core/protocol'
import { AtWork, type AtWorkTogether } from '../access/at-work.ts'
import { contextOf, type Principal, scopeOf, shareOf } from '../access/principal.ts'
import type { KeyGrant } from '../access/server-key.ts'
import type { Published, SignalOptions } from '../channel/handlers.ts'
import { own } from '../channel/own.ts'
import type { Resolved } from '../channel/registry.ts'
import type { Limits } from '../ports/limits.ts'
import { Handled } from '../publish/handled.ts'
import { notAccepted } from '../publish/not-accepted.ts'
import { type Publishing, PublishQueue, type PublishQueueParts } from '../publish/publish-queue.ts'
import type { Outgoing, PublishAnswer } from '../publish/publisher.ts'
import type { Signals } from '../publish/signals.ts'
import { Following, type FollowingParts } from './following.ts'

/** What acting for a principal works with. */
export interface DelegateParts extends FollowingParts, PublishQueueParts {
  readonly signals: Signals
  readonly limits: Pick<Limits, 'maxMessagesAtWork'>
  readonly atWorkTogether: AtWorkTogether
}

/** Makes a delegate of a principal. */
export type Delegating = (principal: Principal) => Delegate

/**
 * Acts for one principal: it follows, publishes, signals and asks. Sessions, plain streams, POST and participants all
 * go through it. It asks the rules, and bounds what is at work. It knows nothing of messages, bytes or links.
 */
export class Delegate {
  readonly principal: Principal
  readonly #parts: DelegateParts
  // Made at first use, because most principals only follow.
  #lazyAtWork: AtWork | undefined
  #lazyQueue: PublishQueue | undefined

  constructor(parts: DelegateParts, principal: Principal) {
    this.#parts = parts
    this.principal = principal
  }

  /** Makes a following of a channel. Nothing happens until it begins. */
  follow(resolved: Resolved): Following {
    return new Following(this.#parts, this.principal, resolved)
  }

  /**
   * Publishes, after this principal's earlier publishes in the channel.
   *
   * @throws {BaroError} the error to answer with; or whatever the application throws.
   */
  publish(resolved: Resolved, publishing: Publishing): NowOrLater<PublishAnswer> {
    return this.#queue.publish(resolved, publishing)
  }

  /**
   * Publishes as the server, for whoever has shown a server key: no handler is asked, and all are appended or none.
   *
   * @throws {BaroError} `refused`; otherwise as `Publisher.publish`.
   */
  async publishAsServer(
    resolved: Resolved,
    key: KeyGrant,
    publications: readonly Outgoing[],
    id?: string,
  ): Promise<Published> {
    const { gate, publisher } = this.#parts
    const claimant = { scope: scopeOf(this.principal), share: shareOf(this.principal) }
    return this.#atWork.do(() => {
      gate.assertInScope(resolved, key, 'publish')
      return publisher.publish(resolved, publications, id, claimant)
    })
  }

  /**
   * Signals as the server, for whoever has shown a server key: no handler is asked.
   *
   * @throws {BaroError} `refused`, `not-accepted`, `invalid-payload`.
   */
  async signalAsServer(resolved: Resolved, key: KeyGrant, type: string, payload: unknown): Promise<void> {
    const { gate, signals } = this.#parts
    return this.#atWork.do(async () => {
      gate.assertInScope(resolved, key, 'publish')
      await signals.send(resolved, type, await signals.validate(resolved, type, payload), {})
    })
  }

  /** Takes note of a publish that was refused for now before it came here: later ones must not overtake it. */
  refusedBefore(resolved: Resolved, publishing: Pick<Publishing, 'id' | 'turn'>): void {
    this.#queue.refusedBefore(resolved.channel, publishing)
  }

  /**
   * Gives a signal to its handler. What the handler sends has the mark. What waits for nothing is done when it returns, so that it counts in the turn of
   * whoever sent it: left to the end of the turn, a thousand signals of one address were a stop of the event loop (I7).
   */
  async signal(
    resolved: Resolved,
    type: string,
    payload: unknown,
    { to, mark }: { readonly to?: string | undefined; readonly mark?: string | undefined } = {},
  ): Promise<void> {
    const { gate, signals } = this.#parts
    const { principal } = this
    return this.#atWork.do(async () => {
      const allowed = gate.assertAllowed(resolved, principal, 'signal', type)
      if (isLater(allowed)) await allowed
      const handler = own(resolved.handlers.signals, type)
      if (!handler) throw notAccepted(resolved, 'signals', type)
      const validated = signals.validate(resolved, type, payload)
      const value = isLater(validated) ? await validated : validated
      const handled = new Handled(type, value, (sent, sentPayload) => signals.validate(resolved, sent, sentPayload))
      const signal = async (sent: string, sentPayload: unknown, options: SignalOptions = {}) => {
        const about = { by: principal.user?.id, to: options.to, key: options.key, mark }
        const output = handled.outputOf(sent, sentPayload)
        return signals.send(resolved, sent, isLater(output) ? await output : output, about)
      }
      await handler({ ...contextOf(principal, resolved), payload: handled.payload, to, signal })
    })
  }

  /** Gives a request to its handler; returns the answer. */
  async request(resolved: Resolved, type: string, payload: unknown): Promise<Json> {
    const { principal } = this
    return this.#atWork.do(async () => {
      const { gate, attendance } = this.#parts
      await gate.assertAllowed(resolved, principal, 'request', type)
      // Not by a handler: none gets to see the secret by which a guest is known.
      if (type === 'me' && ownerOf(resolved.channel)?.is === 'members') return attendance.idOf(principal)
      const handler = own(resolved.handlers.requests, type)
      const schemas = own<RequestSchemas>(resolved.definition.requests, type)
      if (!handler || !schemas) throw notAccepted(resolved, 'requests', type)
      const input = await validatePayload(schemas.input, payload, `The payload of ${quote(type)}`)
      if (!input.ok) throw input.error
      const output = await handler({ ...contextOf(principal, resolved), payload: input.value })
      const answer = await validatePayload(schemas.output, output, `The answer to ${quote(type)}`)
      // A wrong answer is the application's fault, so it is no BaroError: `explain` logs it and hides it.
      if (!answer.ok) throw new Error(answer.error.message)
      return answer.value
    })
  }

  get #atWork(): AtWork {
    const { limits, atWorkTogether } = this.#parts
    this.#lazyAtWork ??= new AtWork(limits.maxMessagesAtWork, atWorkTogether, this.principal)
    return this.#lazyAtWork
  }

  get #queue(): PublishQueue {
    this.#lazyQueue ??= new PublishQueue(this.#parts, this.principal, this.#atWork)
    return this.#lazyQueue
  }
}
