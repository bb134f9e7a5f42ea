import { encodeSegment, isReservedName, maxChannelNameBytes, parseChannelName } from './channel-name.ts'
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

/** Which values a parameter may have: what the rule does not accept is no channel. It gets the decoded NFC form. */
export type ParamRule = (value: string) => boolean

/** A rule for each parameter of a pattern that is not free. */
export type ParamRules<Pattern extends string = string> = { readonly [Name in keyof ParamsOf<Pattern>]?: ParamRule }

type Segment = { readonly literal: string } | { readonly param: string; readonly accepts?: ParamRule }

/** A parsed pattern such as `room:{id}`: literals and parameters, each exactly one segment. */
export interface Pattern {
  readonly text: string
  readonly segments: readonly Segment[]
}

const paramSegment = /^\{([A-Za-z][A-Za-z0-9]*)\}$/

/**
 * Parses a pattern.
 *
 * @throws {BaroError} `bad-definition` if it is no text, a literal segment is not canonical, a parameter is named twice, or a
 *   rule is no function or for a parameter that is not there.
 */
export function createPattern(text: string, rules: ParamRules = {}): Pattern {
  if (typeof text !== 'string')
    throw new BaroError(
      'bad-definition',
      `A channel has a pattern such as "room:{id}", and not ${quote(text)}. Pass one.`,
    )
  if (isReservedName(text))
    throw new BaroError(
      'bad-definition',
      `The pattern ${quote(text)} begins with "baro~", which is reserved. Rename it.`,
    )
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
    const accepts = Object.hasOwn(rules, param) ? rules[param] : undefined
    return { param, ...(accepts && { accepts }) }
  })
  for (const [param, rule] of Object.entries(rules)) {
    if (!names.has(param))
      throw new BaroError(
        'bad-definition',
        `The pattern ${quote(text)} has a rule for {${param}}, which it does not name. Correct the name.`,
      )
    if (rule !== undefined && typeof rule !== 'function')
      throw new BaroError(
        'bad-definition',
        `The rule for {${param}} of ${quote(text)} is ${quote(rule)}. Give a function.`,
      )
  }
  return { text, segments }
}

/**
 * Writes the channel name for these parameters.
 *
 * @throws {BaroError} `bad-name` if a parameter is missing, empty, neither text nor number or not accepted by its rule,
 *   or if the name gets longer than 255 bytes.
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
      const encoded = encodeSegment(String(value))
      if (!isAccepted(segment, String(value).normalize('NFC')))
        throw new BaroError(
          'bad-name',
          `The channel ${quote(pattern.text)} does not accept ${quote(value)} as {${segment.param}}. Pass what its rule accepts.`,
        )
      return encoded
    })
    .join(':')
  if (name.length > maxChannelNameBytes || name === '.' || name === '..' || isReservedName(name))
    throw new BaroError(
      'bad-name',
      `The channel name ${quote(name)} is not usable: at most 255 bytes, not a path step, and not "baro~".`,
    )
  return name
}

/**
 * Reads the parameters out of the decoded segments of a name; `undefined` if the pattern does not match, or a rule does
 * not accept its parameter.
 */
export function matchPattern(pattern: Pattern, name: readonly string[]): Params | undefined {
  if (name.length !== pattern.segments.length) return undefined
  const params: Record<string, string> = Object.create(null)
  for (let index = 0; index < name.length; index++) {
    const [segment, value] = [pattern.segments[index], name[index] ?? '']
    if (!segment) return undefined
    if ('param' in segment) {
      if (!isAccepted(segment, value)) return undefined
      params[segment.param] = value
    } else if (value !== segment.literal && encodeSegment(value) !== segment.literal) return undefined
  }
  return params
}

function isAccepted({ accepts }: { readonly accepts?: ParamRule }, value: string): boolean {
  return accepts === undefined || accepts(value)
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
