import {
  BaroError,
  type ClientMessage,
  quote,
  type RequestSchemas,
  type Schema,
  type Turn,
  validatePayload,
} from '@baro/core'
import type { AccessContext, ChannelContext } from '../channel/handlers.ts'
import { own } from '../channel/own.ts'
import type { Resolved } from '../channel/registry.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { assertRoomAtWork } from './allowance.ts'
import type { SessionContext } from './session-context.ts'

type PublishMessage = Extract<ClientMessage, { type: 'baro:publish' }>
type Command = Extract<ClientMessage, { type: 'baro:publish' | 'baro:signal' | 'baro:request' }>

/** What a session asks the application to do: publish, signal, answer. */
export class Commands {
  readonly #parts: HubParts
  readonly #session: SessionContext
  // One publish after the other within a channel, so that what a user sent first is appended first (I5).
  readonly #lastPublish = new Map<string, Promise<void>>()
  #atWork = 0

  constructor(parts: HubParts, session: SessionContext) {
    this.#parts = parts
    this.#session = session
  }

  publish(message: Extract<Command, { type: 'baro:publish' }>): void {
    const { channel, id, type, payload } = message.payload
    const before = this.#lastPublish.get(channel)
    const done = this.#answer(message, undefined, async (resolved, context) => {
      await before
      const answer = await this.#parts.publisher.accept({
        resolved,
        type,
        payload,
        id,
        turn: turnOf(message.payload),
        scope: this.#session.scope,
        claimsEpoch: this.#session.claimsEpoch,
        context,
        assertAllowed: () => this.#parts.assertAllowed(resolved, context, 'publish'),
      })
      this.#session.send({ type: 'baro:published', payload: answer })
    }).finally(() => {
      if (this.#lastPublish.get(channel) === done) this.#lastPublish.delete(channel)
    })
    this.#lastPublish.set(channel, done)
  }

  signal(message: Extract<Command, { type: 'baro:signal' }>): void {
    const { type, payload } = message.payload
    this.#answer(message, 'signal', async (resolved, context) => {
      const handler = own(resolved.handlers.signals, type)
      if (!handler) throw notAccepted(resolved, type)
      const value = await this.#validate(resolved.definition.signals, type, payload)
      const signal = (signalType: string, signalPayload: unknown) =>
        this.#parts.signal(resolved, signalType, signalPayload, this.#session.user?.id)
      await handler({ ...context, payload: value, signal })
    })
  }

  request(message: Extract<Command, { type: 'baro:request' }>): void {
    const { id, type, payload } = message.payload
    this.#answer(message, 'request', async (resolved, context) => {
      const handler = own(resolved.handlers.requests, type)
      const schemas = own<RequestSchemas>(resolved.definition.requests, type)
      if (!handler || !schemas) throw notAccepted(resolved, type)
      const value = await this.#validate({ [type]: schemas.input }, type, payload)
      const output = await handler({ ...context, payload: value })
      const answer = await validatePayload(schemas.output, output, `The answer to ${quote(type)}`)
      // The client's question was fine: a wrong answer is the application's fault, and is logged as such.
      if (!answer.ok) throw new Error(answer.error.message)
      this.#session.send({ type: 'baro:answer', payload: { id, payload: answer.value } })
    })
  }

  async #answer(
    message: Command,
    action: AccessContext['action'] | undefined,
    run: (resolved: Resolved, context: ChannelContext) => Promise<void>,
  ): Promise<void> {
    const { channel } = message.payload
    this.#atWork++
    try {
      assertRoomAtWork(this.#atWork, this.#parts.limits.maxMessagesAtWork)
      const resolved = this.#parts.registry.resolve(channel)
      if (!resolved.ok) throw resolved.error
      const { params } = resolved.value
      const context = { channel, params, user: this.#session.user, session: this.#session.id }
      if (action) await this.#parts.assertAllowed(resolved.value, context, action)
      await run(resolved.value, context)
    } catch (error) {
      this.#session.sendError(this.#parts.explain(error, channel), message)
    } finally {
      this.#atWork--
    }
  }

  async #validate(schemas: Resolved['definition']['signals'], type: string, payload: unknown) {
    const schema = own<Schema>(schemas, type)
    if (!schema) throw new BaroError('not-accepted', `There is no ${quote(type)} here. Define it, or correct the type.`)
    const validated = await validatePayload(schema, payload, `The payload of ${quote(type)}`)
    if (!validated.ok) throw validated.error
    return validated.value
  }
}

/** The turn of a publish that has one. */
function turnOf({ producer, number, confirmed }: PublishMessage['payload']): Turn | undefined {
  const given = [producer, number, confirmed].filter((field) => field !== undefined).length
  if (given === 0) return undefined
  if (producer === undefined || number === undefined || confirmed === undefined)
    throw new BaroError('bad-message', 'A turn is "producer", "number" and "confirmed" together. Send all or none.')
  return { producer, number, confirmed }
}

function notAccepted(resolved: Resolved, type: string): BaroError {
  return new BaroError(
    'not-accepted',
    `No handler of "${resolved.channel}" accepts ${quote(type)} from a client. Add one with hub.on.`,
  )
}
