import type { Json } from '@baro/core'
import type { NowOrLater } from '@baro/core/broker'
import { orThrow, wireForm } from '@baro/core/protocol'

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

/** Whether a value is this JSON value, in the same classes: what is written otherwise on the wire is another value. */
function isSameJson(value: unknown, json: Json): boolean {
  if (typeof json !== 'object' || json === null) return Object.is(value, json)
  if (typeof value !== 'object' || value === null) return false
  if (Object.getPrototypeOf(value) !== Object.getPrototypeOf(json)) return false
  if (json instanceof Uint8Array) return Buffer.compare(value as Uint8Array, json) === 0
  if (Array.isArray(json))
    return (
      (value as readonly unknown[]).length === json.length &&
      json.every((item, index) => isSameJson((value as readonly unknown[])[index], item))
    )
  const keys = Object.keys(json)
  const object = value as Readonly<Record<string, unknown>>
  return (
    Object.keys(object).length === keys.length &&
    keys.every(
      (key) =>
        Object.hasOwn(object, key) && isSameJson(object[key], (json as Readonly<Record<string, Json>>)[key] as Json),
    )
  )
}
