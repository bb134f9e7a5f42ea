import { BaroError } from '@baro/core'
import { type ClientMessage, orThrow } from '@baro/core/protocol'
import type { Gate } from '../access/gate.ts'
import type { Registry, Resolved } from '../channel/registry.ts'
import type { PublishAnswer } from '../publish/publisher.ts'
import { turnIn } from '../publish/turn.ts'
import { namedBy } from './named.ts'
import type { SessionContext } from './session-context.ts'

type PublishMessage = Extract<ClientMessage, { type: 'baro:publish' }>
type SignalMessage = Extract<ClientMessage, { type: 'baro:signal' }>
type RequestMessage = Extract<ClientMessage, { type: 'baro:request' }>

/** What carrying out commands works with. */
export interface CommandsParts {
  readonly registry: Registry
  readonly gate: Gate
}

/** What a session asks the handlers of the application: publishes, signals and requests. */
export class Commands {
  readonly #parts: CommandsParts
  readonly #session: SessionContext

  constructor(parts: CommandsParts, session: SessionContext) {
    this.#parts = parts
    this.#session = session
  }

  publish(message: PublishMessage): void {
    const { channel, id, type, payload } = message.payload
    const { delegate, claimsEpoch } = this.#session
    const { gate } = this.#parts
    const answered = (answer: PublishAnswer) =>
      this.#session.send({ type: 'baro:published', payload: { ...answer, channel } })
    const failed = (error: unknown) => {
      // What has no answer comes again with the next token. So the session ends here: renewed a moment later it would go on,
      // and nobody would ask again.
      const isOver = error instanceof BaroError && error.code === 'expired' && gate.hasExpired(delegate.principal)
      if (isOver) this.#session.over(error)
      else this.#failed(message, error)
    }
    try {
      const resolved = orThrow(this.#parts.registry.resolve(channel))
      const turn = turnIn(message.payload)
      const answer = delegate.publish(resolved, { type, payload, id, turn, claimsEpoch })
      // A publish that waits for nothing is answered before the next message is read.
      if (answer instanceof Promise) answer.then(answered).catch(failed)
      else answered(answer)
    } catch (error) {
      failed(error)
    }
  }

  /** Takes note of a publish that was refused for now without being looked at. It may come again. */
  refused({ payload: { channel, id, producer } }: PublishMessage): void {
    const resolved = this.#parts.registry.resolve(channel)
    if (resolved.ok && producer === undefined) this.#session.delegate.refusedBefore(resolved.value, { id })
  }

  signal(message: SignalMessage): void {
    const { type, payload, to } = message.payload
    this.#answer(message, (resolved) => this.#session.delegate.signal(resolved, type, payload, { to }))
  }

  request(message: RequestMessage): void {
    const { id, channel, type, payload } = message.payload
    this.#answer(message, async (resolved) => {
      const answer = await this.#session.delegate.request(resolved, type, payload)
      this.#session.send({ type: 'baro:answer', payload: { id, channel, payload: answer } })
    })
  }

  async #answer(message: SignalMessage | RequestMessage, run: (resolved: Resolved) => Promise<void>): Promise<void> {
    const { channel } = message.payload
    try {
      await run(orThrow(this.#parts.registry.resolve(channel)))
    } catch (error) {
      this.#failed(message, error)
    }
  }

  #failed(message: PublishMessage | SignalMessage | RequestMessage, error: unknown): void {
    this.#session.sendError(
      this.#parts.gate.explain(error, message.payload.channel, this.#session.delegate.principal),
      namedBy(message),
    )
  }
}
