import { BaroError, type Json, type Schema, type Signal } from '@baro/core'
import { type Broker, type NowOrLater, whenHere } from '@baro/core/broker'
import { orThrow, quote, validatePayload } from '@baro/core/protocol'
import { own } from '../channel/own.ts'
import { type Resolved, runningHub } from '../channel/registry.ts'
import type { Observing } from '../observe/observation.ts'

/** What is said of a signal beside its payload. */
type About = { readonly [Name in 'by' | 'to' | 'key' | 'mark']?: string | undefined }

/** Validates signals, and sends them to everybody who follows a channel on an open stream. */
export class Signals {
  readonly #broker: Pick<Broker, 'signal'>
  readonly #observing: Observing

  constructor(broker: Pick<Broker, 'signal'>, observing: Observing) {
    this.#broker = broker
    this.#observing = observing
  }

  /**
   * Checks a payload by the schema of its type; returns its wire form.
   *
   * @throws {BaroError} `not-accepted`, `invalid-payload` or `handler-failed`.
   */
  validate({ channel, definition }: Resolved, type: string, payload: unknown): NowOrLater<Json> {
    const schema = own<Schema>(definition.signals, type)
    if (!schema)
      throw new BaroError(
        'not-accepted',
        `"${channel}" has no signal ${quote(type)}. Define it, or correct the type. ${runningHub}`,
      )
    return whenHere(validatePayload(schema, payload, `The payload of ${quote(type)}`), orThrow)
  }

  /**
   * Sends what {@link validate} returned.
   *
   * @throws {BaroError} `unavailable`.
   */
  async send({ channel }: Resolved, type: string, payload: Json, about: About = {}): Promise<void> {
    const { by, to, key, mark } = about
    const signal: Signal = {
      channel,
      type,
      payload,
      ...(by !== undefined && { by }),
      ...(to !== undefined && { to }),
      ...(key !== undefined && { key }),
      ...(mark !== undefined && { mark }),
    }
    this.#observing.signalled?.({ channel, type, by, to })
    await this.#broker.signal(signal)
  }
}
