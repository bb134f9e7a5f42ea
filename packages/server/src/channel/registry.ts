import { type AnyChannel, BaroError, type Params } from '@baro/core'
import {
  accepted,
  anyFunction,
  checkedOptions,
  matchPattern,
  type OptionRule,
  type OptionRules,
  overlap,
  ownerOf,
  parseChannelName,
  quote,
  type Result,
  refused,
} from '@baro/core/protocol'
import { assertDefinition } from './assert-definition.ts'
import { type DerivedWork, derivedFrom } from './derived-channels.ts'
import type { AnyHandlers } from './handlers.ts'

/** Said about what is not defined: a server that was not restarted is the likely reason while somebody develops. */
export const runningHub = 'A hub knows what it was made with: restart it after an edit, `next dev` too.'

/** One channel, found by its name: its parameters, the definition that owns the name, and its handlers. */
export interface Resolved {
  readonly channel: string
  readonly params: Params
  readonly definition: AnyChannel
  readonly handlers: AnyHandlers
  /** The channel that it stands for, if it is derived from one. */
  readonly owner?: Resolved
  /** The set that its followers are members of. */
  readonly members?: string
}

const noWork: DerivedWork = {
  pageOf: () => undefined,
  redact: () => undefined,
  mute: async () => undefined,
}

/** Most channels that are found without a look at their name. */
const maxKnown = 1_000

/** The definitions of a hub. They are found by pattern, never by identity, because bundles duplicate code. */
export interface Registry {
  /** @throws {BaroError} `bad-definition` if the definition is not one of the hub's, or has handlers already. */
  register(definition: AnyChannel, handlers: AnyHandlers): void
  /** The channel of this name; `bad-name` or `unknown-channel` if there is none. */
  resolve(name: string): Result<Resolved>
  /** The same for whoever follows it by its URL: such a link is no member, because nothing tells when its client is gone. */
  resolvePlain(name: string): Result<Resolved>
  /** @throws {BaroError} `bad-definition` if a definition has no handlers, hence no access rule. */
  assertComplete(): void
  /** The private fields of all channels. */
  privateNames(): readonly string[]
}

/**
 * Makes the registry of a hub.
 *
 * @throws {BaroError} `bad-definition` if two patterns can match one name, or if a definition holds what is no schema or reducer.
 */
export function createRegistry(definitions: readonly AnyChannel[], work: DerivedWork = noWork): Registry {
  for (const definition of definitions) assertDefinition(definition)
  for (const [index, one] of definitions.entries())
    for (const other of definitions.slice(index + 1))
      if (overlap(one.pattern, other.pattern))
        throw new BaroError(
          'bad-definition',
          `The patterns "${one.pattern.text}" and "${other.pattern.text}" can match the same channel. Rename one.`,
        )

  const handlersOf = new Map<string, AnyHandlers>()
  /**
   * Channels that were asked for lately: each publish asks for its channel again. Not those with a rule for a parameter: it
   * is asked each time, because it may look at a list that changes.
   */
  const known = new Map<string, Result<Resolved>>()
  let complete = false

  function find(name: string): Result<Resolved> {
    const segments = parseChannelName(name)
    if (!segments.ok) return segments
    for (const definition of definitions) {
      const params = matchPattern(definition.pattern, segments.value)
      const handlers = params && handlersOf.get(definition.pattern.text)
      // Whoever asks for the channel gets the same parameters, so no handler may write into them.
      if (params && handlers) return accepted({ channel: name, params: Object.freeze(params), definition, handlers })
    }
    return refused(
      new BaroError(
        'unknown-channel',
        `No channel is defined for ${quote(name)}. Define one, or correct the name. ${runningHub}`,
      ),
    )
  }

  function deriveFrom(name: string, { is, owner }: NonNullable<ReturnType<typeof ownerOf>>): Result<Resolved> {
    const found = ownerOf(owner) ? undefined : registry.resolve(owner)
    if (found && !found.ok) return found
    const needed = is === 'audit' ? 'moderated' : 'members'
    const definition = found?.value.definition
    if (!found || !(is === 'audit' ? definition?.moderated : definition?.member))
      return refused(
        new BaroError(
          'unknown-channel',
          `${quote(name)} is no channel, because ${quote(owner)} is not defined with "${needed}". Add it. ${runningHub}`,
        ),
      )
    return accepted(derivedFrom(found.value, is, work))
  }

  const registry: Registry = {
    register(definition, handlers) {
      const pattern = definition.pattern.text
      if (!definitions.some((one) => one.pattern.text === pattern))
        throw new BaroError(
          'bad-definition',
          `"${pattern}" is not among the channels of this hub. Add it to createHub.`,
        )
      if (handlersOf.has(pattern))
        throw new BaroError(
          'bad-definition',
          `hub.on was called twice for "${pattern}". Put its handlers into one call.`,
        )
      checkedOptions(`hub.on for "${pattern}"`, handlers ?? {}, handlerRules)
      // Checked at run time too, because JavaScript has no type checker that asks for it.
      if (handlers?.access !== 'public' && typeof handlers?.access !== 'function')
        throw new BaroError(
          'bad-definition',
          `The channel "${pattern}" has no access rule. Call hub.on with access: 'public', or with a rule.`,
        )
      assertKnownTypes(definition, handlers)
      assertSnapshotFits(definition, handlers.snapshot)
      handlersOf.set(pattern, handlers)
    },

    resolve(name) {
      const before = known.get(name)
      if (before) return before
      const derived = ownerOf(name)
      if (derived) return deriveFrom(name, derived)
      const found = find(name)
      if (!found.ok || hasRule(found.value.definition)) return found
      // Strangers choose names, so it begins anew from time to time.
      if (known.size >= maxKnown) known.clear()
      known.set(name, found)
      return found
    },

    resolvePlain(name) {
      const resolved = registry.resolve(name)
      if (!resolved.ok || resolved.value.members === undefined) return resolved
      return refused(
        new BaroError('not-accepted', `${quote(name)} is followed by the SDK or by hub.open, which are members by it.`),
      )
    },

    privateNames: () => [...handlersOf.values()].flatMap((handlers) => handlers.private ?? []),

    assertComplete() {
      if (complete) return
      for (const { pattern } of definitions)
        if (!handlersOf.has(pattern.text))
          throw new BaroError(
            'bad-definition',
            `The channel "${pattern.text}" has no access rule. Call hub.on with access: 'public', or with a rule.`,
          )
      complete = true
    },
  }
  return registry
}

function hasRule({ pattern }: AnyChannel): boolean {
  return pattern.segments.some((segment) => 'param' in segment && segment.accepts !== undefined)
}

/** Each handler is checked when its name is compared with the types of the definition. */
const handlersByType: OptionRule = {
  what: 'an object of functions, one for each type',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

const handlerRules: OptionRules<AnyHandlers> = {
  access: { what: "'public', or a rule", accepts: () => true },
  moderators: anyFunction,
  snapshot: {
    what: 'what loaded(), polled() or queried() returned',
    accepts: (value) => ['loaded', 'polled', 'queried'].includes(Object(value).kind),
  },
  private: {
    what: 'a list of names of fields',
    accepts: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  },
  events: handlersByType,
  signals: handlersByType,
  requests: handlersByType,
  joined: anyFunction,
  left: anyFunction,
}

function assertKnownTypes(definition: AnyChannel, handlers: AnyHandlers): void {
  for (const kind of ['events', 'signals', 'requests'] as const)
    for (const [type, handler] of Object.entries<unknown>(handlers[kind] ?? {})) {
      if (!Object.hasOwn(definition[kind], type))
        throw new BaroError(
          'bad-definition',
          `hub.on handles ${quote(type)}, which is not among the ${kind} of "${definition.pattern.text}". Define it.`,
        )
      if (handler !== undefined && typeof handler !== 'function')
        throw new BaroError(
          'bad-definition',
          `hub.on for "${definition.pattern.text}": the handler of ${quote(type)} is ${quote(handler)}. Give a function.`,
        )
    }
}

/** @throws {BaroError} `bad-definition` if the channel is of another kind than where its snapshot comes from. */
function assertSnapshotFits(definition: AnyChannel, snapshot: AnyHandlers['snapshot']): void {
  const { pattern, table } = definition
  if (snapshot?.kind === 'queried' && !table)
    throw new BaroError(
      'bad-definition',
      `"${pattern.text}" shows no rows of a table, so its snapshot cannot be queried. Use loaded().`,
    )
  if (snapshot && snapshot.kind !== 'queried' && table)
    throw new BaroError(
      'bad-definition',
      `"${pattern.text}" shows the rows of a table, so its snapshot cannot be ${snapshot.kind}. Use queried(), or none.`,
    )
  if (snapshot?.kind === 'polled') polledType(definition, snapshot)
}

/**
 * The event type that a polled channel publishes.
 *
 * @throws {BaroError} `bad-definition` if there is none, or if nobody says which.
 */
export function polledType(
  { pattern, events, state }: AnyChannel,
  { type }: { readonly type: string | undefined },
): string {
  const types = Object.keys(events)
  const [only] = types
  const chosen = type ?? (types.length === 1 ? only : undefined)
  if (chosen === undefined || !Object.hasOwn(events, chosen))
    throw new BaroError(
      'bad-definition',
      type === undefined
        ? `"${pattern.text}" has ${types.length} event types. Give polled() the "type" that it publishes.`
        : `polled() publishes ${quote(type)}, which is not among the events of "${pattern.text}". Define it.`,
    )
  if (!state || !Object.hasOwn(state.on, chosen))
    throw new BaroError(
      'bad-definition',
      `"${pattern.text}" is polled, and its state takes no "${chosen}". Give it a state with a reducer for that.`,
    )
  return chosen
}
