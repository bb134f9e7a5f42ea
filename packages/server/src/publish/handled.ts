import type { Json } from '@baro/core'
import type { NowOrLater } from '@baro/core/broker'
import { orThrow, wireForm } from '@baro/core/protocol'
import { isSameJson } from './same-json.ts'

/** Runs the schema of a type on an input; returns its output. */
export type Validate = (type: string, input: unknown) => NowOrLater<Json>

/**
 * What a handler got, and what becomes of what it sends. Its own payload is the output of a schema: a transform that ran
 * on it once more would escape a text twice. Whatever else it sends has not passed the schema of its type yet.
 */
export class Handled {
  /** For the handler, which may write into it. */
  readonly payload: Json
  readonly #type: string
  readonly #output: Json
  readonly #validate: Validate
  /** Settles when what was sent before has its output; `undefined` if all of it has. */
  #before: Promise<unknown> | undefined

  constructor(type: string, output: Json, validate: Validate) {
    this.#type = type
    this.#output = output
    this.#validate = validate
    this.payload = orThrow(wireForm(output, 'The payload'))
  }

  /**
   * The output of what the handler sends. It looks at the payload at once, and resolves in the order of the calls, also if a
   * schema takes its time.
   *
   * @throws {BaroError} what the schema of `type` leads to.
   */
  outputOf(type: string, payload: unknown): NowOrLater<Json> {
    // By value, not by identity: a text has none, and an object that the handler has written into is another value.
    const isOwn = type === this.#type && isSameJson(payload, this.#output)
    const output = isOwn ? this.#output : this.#validate(type, payload)
    const before = this.#before
    if (!before && !(output instanceof Promise)) return output
    const inOrder = Promise.all([output, before]).then(([value]) => value)
    this.#before = inOrder.catch(() => {})
    return inOrder
  }
}
