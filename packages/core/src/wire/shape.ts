import { BaroError, quote } from '../errors.ts'
import type { Json } from '../json.ts'
import { accepted, type Result, refused } from '../result.ts'

/** What a field of a message holds. */
export interface Field<T> {
  /** Names the field's kind, for error messages and for the schema hash. */
  readonly kind: string
  readonly optional?: true
  accepts(value: unknown): value is T
}

/** A message on the wire: always `{ type, payload }`. */
export interface Message {
  readonly type: string
  readonly payload: object
}

type FieldsOf<Payload> = { readonly [Name in keyof Payload]-?: Field<Exclude<Payload[Name], undefined>> }

/** The shape of one message: the fields of its payload. Other fields are ignored, so that a message may grow. */
export interface Shape<M extends Message> {
  readonly type: M['type']
  readonly fields: FieldsOf<M['payload']>
}

/** Any text. Whoever uses the text checks that it is a name, a position or an id, and answers with a code for it. */
export const text: Field<string> = { kind: 'text', accepts: (value) => typeof value === 'string' }
/** A whole number from 0. */
export const whole: Field<number> = {
  kind: 'whole',
  accepts: (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
}
/** Something that is said, or left out. */
export const flag: Field<true> = { kind: 'true', accepts: (value): value is true => value === true }
/** Any JSON value, null included. */
export const json: Field<Json> = { kind: 'json', accepts: (value): value is Json => value !== undefined }

/** A field that may be left out. */
export function optional<T>(field: Field<T>): Field<T> {
  return { ...field, optional: true }
}

/** A list of objects that have these fields. */
export function listOf<T extends object>(fields: FieldsOf<T>): Field<readonly T[]> {
  return {
    kind: `[${describeFields(fields)}]`,
    accepts: (value): value is readonly T[] =>
      Array.isArray(value) && value.every((item) => isRecord(item) && wrongField(fields, item) === undefined),
  }
}

/** Declares the shape of a message. */
export function shape<M extends Message>(type: M['type'], fields: FieldsOf<M['payload']>): Shape<M> {
  return { type, fields }
}

/** Writes a shape as text. The schema hash pins the texts of all shapes. */
export function describeShape(shape: Shape<Message>): string {
  return `${shape.type}(${describeFields(shape.fields)})`
}

/** Checks a parsed message against the shapes it may have; never throws. */
export function matchShape<M extends Message>(shapes: ReadonlyMap<string, Shape<M>>, value: Json): Result<M> {
  if (!isRecord(value) || typeof value.type !== 'string')
    return refused(new BaroError('bad-message', `This is not a message: ${quote(value)}. Send { "type", "payload" }.`))
  const shape = shapes.get(value.type)
  if (!shape)
    return refused(new BaroError('unknown-message', `There is no message ${quote(value.type)}. See PROTOCOL.md.`))
  const payload = value.payload
  if (!isRecord(payload))
    return refused(new BaroError('bad-message', `The payload of "${value.type}" is not an object. See PROTOCOL.md.`))
  const wrong = wrongField(shape.fields, payload)
  if (wrong !== undefined)
    return refused(
      new BaroError('bad-message', `"${wrong}" of "${value.type}" is missing or of the wrong kind. See PROTOCOL.md.`),
    )
  return accepted({ type: value.type, payload } as M)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrongField(fields: object, payload: Readonly<Record<string, unknown>>): string | undefined {
  // `Object.entries` would make a list of pairs for each message.
  for (const name in fields) {
    const field = (fields as Readonly<Record<string, Field<unknown>>>)[name]
    if (field && (Object.hasOwn(payload, name) ? !field.accepts(payload[name]) : !field.optional)) return name
  }
  return undefined
}

function describeFields(fields: object): string {
  return Object.entries(fields as Readonly<Record<string, Field<unknown>>>)
    .map(([name, field]) => `${name}${field.optional ? '?' : ''}:${field.kind}`)
    .join(',')
}
