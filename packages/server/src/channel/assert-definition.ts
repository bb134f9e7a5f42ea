/**
 * What a definition is made of is checked where a hub takes it, at its start: `channel` runs in browsers too, where a bundler
 * may have left the schemas out. What nothing checks fails each publish, or each page.
 */
import { type AnyChannel, BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'

/** @throws {BaroError} `bad-definition` if a schema, a reducer or the version is none. */
export function assertDefinition(definition: AnyChannel): void {
  const { pattern, state, member, version, moderated } = definition
  const fail = (message: string): never => {
    throw new BaroError('bad-definition', `The channel "${pattern.text}" ${message}`)
  }
  const schema = (what: string, value: unknown) => {
    if (!isSchema(value))
      fail(
        `has ${quote(value)} as the schema of ${what}. Give one of zod (3.24 or newer), valibot, arktype, or any Standard Schema.`,
      )
  }
  const run = (what: string, value: unknown) => {
    if (typeof value !== 'function') fail(`has ${quote(value)} as ${what}. Give a function.`)
  }

  for (const kind of ['events', 'signals'] as const)
    for (const [type, one] of Object.entries(definition[kind])) schema(quote(type), one)
  for (const [type, one] of Object.entries(definition.requests)) {
    const { input, output } = Object(one) as { readonly input?: unknown; readonly output?: unknown }
    schema(`the input of ${quote(type)}`, input)
    schema(`the output of ${quote(type)}`, output)
  }
  if (member !== undefined) schema('its members', member)

  if (state) {
    run('the "initial" of its state', state.initial)
    for (const [type, reducer] of Object.entries(Object(state.on))) run(`the reducer of ${quote(type)}`, reducer)
    if (state.redact !== undefined) run('the "redact" of its state', state.redact)
    if (state.isShort !== undefined) run('the "isShort" of its state', state.isShort)
  }
  if (typeof version !== 'string' || version === '')
    fail(`has the version ${quote(version)}. Give a text, such as "2".`)
  if (moderated !== undefined && typeof moderated !== 'boolean')
    fail(`is moderated: ${quote(moderated)}. Give true or false.`)
}

/** That of arktype is a function. */
function isSchema(value: unknown): boolean {
  const { validate } = Object(Object(value)['~standard']) as { readonly validate?: unknown }
  return typeof validate === 'function'
}
