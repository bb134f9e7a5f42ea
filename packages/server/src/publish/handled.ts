import { isDeepStrictEqual } from 'node:util'
import type { Json } from '@baro/core'
import { orThrow, wireForm } from '@baro/core/protocol'

/** Runs the schema of a type on an input; returns its output. */
export type Validate = (type: string, input: unknown) => Promise<Json>

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
  #before: Promise<unknown> = Promise.resolve()

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
  outputOf(type: string, payload: unknown): Promise<Json> {
    // By value, not by identity: a text has none, and an object that the handler has written into is another value.
    const isOwn = type === this.#type && isDeepStrictEqual(payload, this.#output)
    const output = isOwn ? Promise.resolve(this.#output) : this.#validate(type, payload)
    const inOrder = Promise.all([output, this.#before]).then(([value]) => value)
    this.#before = inOrder.catch(() => {})
    return inOrder
  }
}
