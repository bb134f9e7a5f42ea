import { encodeSegment, maxChannelNameBytes, parseChannelName } from './channel-name.ts'
import { BaroError, quote } from './errors.ts'

/** The parameters of a pattern: `ParamsOf<'room:{id}'>` is `{ id: string | number }`. */
export type ParamsOf<Pattern extends string> = string extends Pattern
  ? Readonly<Record<string, string | number>>
  : { readonly [Name in ParamNames<Pattern>]: string | number }

type ParamNames<Pattern extends string> = Pattern extends `${infer Segment}:${infer Rest}`
  ? ParamName<Segment> | ParamNames<Rest>
  : ParamName<Pattern>
type ParamName<Segment extends string> = Segment extends `{${infer Name}}` ? Name : never

/** The parameters of any pattern, read out of a name and decoded. */
export type Params = Readonly<Record<string, string>>

/** The parameters of this pattern, read out of a name: `ReadParamsOf<'room:{id}'>` is `{ id: string }`. */
export type ReadParamsOf<Pattern extends string> = string extends Pattern
  ? Params
  : { readonly [Name in ParamNames<Pattern>]: string }

type Segment = { readonly literal: string } | { readonly param: string }

/** A parsed pattern such as `room:{id}`: literals and parameters, each exactly one segment. */
export interface Pattern {
  readonly text: string
  readonly segments: readonly Segment[]
}

const paramSegment = /^\{([A-Za-z][A-Za-z0-9]*)\}$/

/**
 * Parses a pattern.
 *
 * @throws {BaroError} `bad-definition` if a literal segment is not canonical or a parameter is named twice.
 */
export function createPattern(text: string): Pattern {
  const names = new Set<string>()
  const segments = text.split(':').map((part): Segment => {
    const param = paramSegment.exec(part)?.[1]
    if (param === undefined) {
      if (!parseChannelName(part).ok)
        throw new BaroError(
          'bad-definition',
          `The pattern ${quote(text)} has the segment ${quote(part)}. Use letters, digits, "_.~-", or {name}.`,
        )
      return { literal: part }
    }
    if (names.has(param))
      throw new BaroError('bad-definition', `The pattern ${quote(text)} names {${param}} twice. Name each once.`)
    names.add(param)
    return { param }
  })
  return { text, segments }
}

/**
 * Writes the channel name for these parameters.
 *
 * @throws {BaroError} `bad-name` if a parameter is missing, empty or neither text nor number, or if the name gets longer
 *   than 255 bytes.
 */
export function nameFrom(pattern: Pattern, params: Readonly<Record<string, string | number>>): string {
  const name = pattern.segments
    .map((segment) => {
      if ('literal' in segment) return segment.literal
      // Own properties only: a parameter may be named {constructor}, which every object inherits.
      const value = Object.hasOwn(params, segment.param) ? params[segment.param] : undefined
      if (typeof value !== 'string' && !Number.isFinite(value))
        throw new BaroError(
          'bad-name',
          `The channel ${quote(pattern.text)} needs {${segment.param}}, not ${quote(value)}. Pass a text or a number.`,
        )
      return encodeSegment(String(value))
    })
    .join(':')
  if (name.length > maxChannelNameBytes || name === '.' || name === '..')
    throw new BaroError(
      'bad-name',
      `The channel name ${quote(name)} is not usable: at most 255 bytes, and not a path step.`,
    )
  return name
}

/** Reads the parameters out of the decoded segments of a name; `undefined` if the pattern does not match. */
export function matchPattern(pattern: Pattern, name: readonly string[]): Params | undefined {
  if (name.length !== pattern.segments.length) return undefined
  const params: Record<string, string> = Object.create(null)
  for (const [index, segment] of pattern.segments.entries()) {
    const value = name[index] ?? ''
    if ('param' in segment) params[segment.param] = value
    else if (encodeSegment(value) !== segment.literal) return undefined
  }
  return params
}

/** Whether some name matches both patterns. A hub refuses two such definitions, because neither would own the name. */
export function overlap(a: Pattern, b: Pattern): boolean {
  return (
    a.segments.length === b.segments.length &&
    a.segments.every((one, index) => {
      const other = b.segments[index]
      return !other || 'param' in one || 'param' in other || one.literal === other.literal
    })
  )
}
