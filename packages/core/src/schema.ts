import { BaroError } from './errors.ts'
import type { Json } from './json.ts'
import { type Result, refused } from './result.ts'
import { wireForm } from './wire-form.ts'

/**
 * A validator of any library that follows Standard Schema v1 (zod, valibot, arktype, …). The interface is the one of
 * https://standardschema.dev, which asks to be copied instead of depended on.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a Standard Schema answers. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One complaint of a Standard Schema. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema takes. */
export type InputOf<S extends Schema> = NonNullable<S['~standard']['types']>['input']
/** What a schema gives. */
export type OutputOf<S extends Schema> = NonNullable<S['~standard']['types']>['output']

/**
 * Validates a payload and returns its wire form: what `JSON` makes of the schema's output. The server's reducer and
 * the browser's both see exactly this.
 */
export async function validatePayload(schema: Schema, payload: unknown, what: string): Promise<Result<Json>> {
  try {
    const result = await schema['~standard'].validate(payload)
    if (result.issues)
      return refused(new BaroError('invalid-payload', `${what} is not valid: ${complaints(result.issues)}.`))
    return wireForm(result.value, what)
  } catch (cause) {
    // What it threw is for the server's log (the cause): the message goes to whoever sent the payload.
    return refused(
      new BaroError('handler-failed', `The schema of ${what} threw. The server's log says what.`, { cause }),
    )
  }
}

function complaints(issues: readonly SchemaIssue[]): string {
  const text = issues
    .slice(0, 5)
    .map(({ path, message }) => {
      const at = path?.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
      return at ? `${at}: ${message}` : message
    })
    .join('; ')
  // A schema may repeat all it was given in its complaint.
  return text.length > 500 ? `${text.slice(0, 499)}…` : text
}
