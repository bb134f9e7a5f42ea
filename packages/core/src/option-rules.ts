/**
 * Options are checked where they are given. What nothing checks is found out when it is too late: a typo keeps its
 * default, a negative bound refuses everybody, a wait of `NaN` ends at once. Each door says as data what its options
 * must be.
 */
import { BaroError, quote } from './errors.ts'

/** What one option must be. */
export interface OptionRule {
  /** Follows "Give" in the message. */
  readonly what: string
  accepts(value: unknown): boolean
  /** The rules of the options inside, if it is made of options. */
  readonly inside?: Readonly<Record<string, OptionRule>>
  readonly isRequired?: true
}

/** A rule for each option of a door, so that an option cannot come without one. */
export type OptionRules<Options> = { readonly [Name in keyof Required<Options>]: OptionRule }

/**
 * Checks the options of a door. Returns those that were given, without those that are `undefined`.
 *
 * @param door What takes them, for the message: `createHub`.
 * @throws {BaroError} `bad-definition` if an option is unknown, missing, or not what its rule says.
 */
export function checkedOptions<Options extends object>(
  door: string,
  options: Options,
  rules: OptionRules<Options>,
): Options {
  return checkedInside(door, '', options, rules) as Options
}

function checkedInside(door: string, path: string, options: unknown, rules: Readonly<Record<string, OptionRule>>) {
  const fail = (message: string): never => {
    throw new BaroError('bad-definition', `${door}: ${message}`)
  }
  const here = path === '' ? 'the options' : `"${path}"`
  if (!isPlain(options)) return fail(`${here} must be an object, not ${quote(options)}.`)
  const named = (name: string) => (path === '' ? name : `${path}.${name}`)
  const given: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (!rule) return fail(`there is no option ${quote(named(name))}. ${suggestion(name, Object.keys(rules))}`)
    if (value === undefined) continue
    if (!rule.accepts(value)) return fail(`"${named(name)}" is ${quote(value)}. Give ${rule.what}.`)
    given[name] = rule.inside && isPlain(value) ? checkedInside(door, named(name), value, rule.inside) : value
  }
  for (const [name, { isRequired, what }] of Object.entries(rules))
    if (isRequired && !(name in given)) return fail(`"${named(name)}" is missing. Give ${what}.`)
  return given
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A whole number of things or bytes. */
export function whole(what: string, least: number = 0): OptionRule {
  return {
    what: `${what}: a whole number from ${least} on`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  }
}

/** A number above 0, for example of things in a second. */
export function above0(what: string): OptionRule {
  return { what: `${what}: a number above 0`, accepts: (value) => Number.isFinite(value) && (value as number) > 0 }
}

/** A whole number, or `Infinity` for what may grow without a bound. */
export function wholeOrUnbounded(what: string, least: number = 0): OptionRule {
  const { what: bounded, accepts } = whole(what, least)
  return { what: `${bounded}, or Infinity`, accepts: (value) => value === Number.POSITIVE_INFINITY || accepts(value) }
}

/** The longest span: some are multiplied by three, and a browser's timer fires at once above 2^31 ms. */
const longestSpanMs = 7 * 86_400_000

/** A span of time in milliseconds. */
export function milliseconds(least: number = 1): OptionRule {
  return {
    what: `milliseconds, from ${least} to ${longestSpanMs} (a week)`,
    accepts: (value) => typeof value === 'number' && value >= least && value <= longestSpanMs,
  }
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): OptionRule {
  return {
    what: texts.map((text) => JSON.stringify(text)).join(' or '),
    accepts: (value) => texts.includes(value as string),
  }
}

/** `true` or `false`. */
export const yesOrNo: OptionRule = { what: 'true or false', accepts: (value) => typeof value === 'boolean' }

/** A text; whoever uses it checks the rest. */
export const anyText: OptionRule = { what: 'a text', accepts: (value) => typeof value === 'string' }

/** A function. */
export const anyFunction: OptionRule = { what: 'a function', accepts: (value) => typeof value === 'function' }

/**
 * Checks a function that a door is given by itself, beside its options.
 *
 * @param what What it is for, as "a function that gives the value".
 * @throws {BaroError} `bad-definition`.
 */
export function assertFunction(door: string, given: unknown, what: string = anyFunction.what): void {
  if (!anyFunction.accepts(given)) throw new BaroError('bad-definition', `${door} takes ${what}, not ${quote(given)}.`)
}

/** A list; whoever uses it checks its items. */
export function listOf(what: string): OptionRule {
  return { what: `a list of ${what}`, accepts: (value) => Array.isArray(value) }
}

/** An object that has these functions, such as a log or a clock. */
export function objectWith(...functions: readonly string[]): OptionRule {
  return {
    what: `an object with ${functions.map((name) => `${name}()`).join(', ')}`,
    accepts: (value) =>
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      functions.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
  }
}

/** Options inside an option. */
export function optionsInside<Options>(rules: OptionRules<Options>): OptionRule {
  return { what: `an object of ${Object.keys(rules).join(', ')}`, accepts: isPlain, inside: rules }
}

/** The same, which must be given. */
export function required(rule: OptionRule): OptionRule {
  return { ...rule, isRequired: true }
}

function suggestion(name: string, known: readonly string[]): string {
  const typed = name.slice(0, 40).toLowerCase()
  const near = known
    .map((one) => ({ one, far: one.toLowerCase().startsWith(typed) ? 0 : distance(typed, one.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0]
  return near && near.far <= 1 + near.one.length / 4 ? `Did you mean "${near.one}"?` : `Known are: ${known.join(', ')}.`
}

/** How many letters have to change, come or go (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)))
    row = next
  }
  return row[b.length] ?? 0
}
