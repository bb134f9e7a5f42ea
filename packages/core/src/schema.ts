import { BaroError } from './errors.ts'
import type { Json } from './json.ts'
import { isLater, type NowOrLater } from './now-or-later.ts'
import { type Result, refused } from './result.ts'
import { wireForm } from './wire-form.ts'

/**
 * A validator of any library that follows Standard Schema v1 (zod, valibot, arktype, …). The interface is copied from
 * https://standardschema.dev, as that page asks: nobody needs a dependency for it.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** The result of a Standard Schema. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One complaint of a Standard Schema. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type that a schema takes. */
export type InputOf<S extends Schema> = NonNullable<S['~standard']['types']>['input']
/** The type that a schema returns. */
export type OutputOf<S extends Schema> = NonNullable<S['~standard']['types']>['output']

/**
 * Validates a payload and returns its wire form: the schema's output after a trip through JSON. Reducers on the server
 * and in the browser see exactly this. It never throws: the error is `invalid-payload`, or `handler-failed` if the
 * schema threw. The result is here at once, unless the schema takes its time.
 *
 * @param what Names the payload in the error, for example `The payload of "message"`.
 */
export function validatePayload(schema: Schema, payload: unknown, what: string): NowOrLater<Result<Json>> {
  try {
    const result = schema['~standard'].validate(payload)
    if (!isLater(result)) return outputOf(result, what)
    return Promise.resolve(result)
      .then((later) => outputOf(later, what))
      .catch((cause) => threw(what, cause))
  } catch (cause) {
    return threw(what, cause)
  }
}

function outputOf(result: SchemaResult<unknown>, what: string): Result<Json> {
  if (result.issues)
    return refused(new BaroError('invalid-payload', `${what} is not valid: ${complaints(result.issues)}.`))
  return wireForm(result.value, what)
}

function threw(what: string, cause: unknown): Result<Json> {
  // The message goes to whoever sent the payload, so what the schema threw is only the cause, for the server's log.
  return refused(new BaroError('handler-failed', `The schema of ${what} threw. The server's log says what.`, { cause }))
}

function complaints(issues: readonly SchemaIssue[]): string {
  const text = issues
    .slice(0, 5)
    .map(({ path, message }) => {
      const at = path?.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
      return at ? `${at}: ${message}` : message
    })
    .join('; ')
  // A schema may repeat the whole payload in its complaint.
  return text.length > 500 ? `${text.slice(0, 499)}…` : text
}
