import { type Duration, durationMs } from './duration.ts'
import { BaroError, quote } from './errors.ts'
import { parseEventType } from './event-type.ts'
import { createPattern, nameFrom, type ParamRules, type ParamsOf, type Pattern } from './pattern.ts'
import type { HistoryBounds } from './ports/broker.ts'
import type { Publication } from './publication.ts'
import type { Redaction } from './redaction.ts'
import { type Reference, rememberDefinition } from './reference.ts'
import type { InputOf, OutputOf, Schema } from './schema.ts'
import type { WireForm } from './wire-form.ts'

/** Event or signal types with the schema of their payload. */
export type Schemas = Readonly<Record<string, Schema>>

/** A request that a client may make on a channel, and its answer. */
export interface RequestSchemas {
  readonly input: Schema
  readonly output: Schema
}

/** Everything a channel definition knows about its types. */
export interface ChannelTypes {
  pattern: string
  events: Schemas
  signals: Schemas
  requests: Readonly<Record<string, RequestSchemas>>
  state: unknown
  /** The schema of what a member tells of itself; `undefined` if the channel has no members. */
  member: Schema | undefined
}

/** The publications a channel can hold, as its reducer, its readers and its handlers see them. */
export type PublicationOf<Events extends Schemas> = {
  [Type in keyof Events & string]: Publication<Type, WireForm<OutputOf<Events[Type]>>>
}[keyof Events & string]

/**
 * Folds one publication into the state. A reducer is pure and returns JSON: it runs on the server and in every browser.
 */
export type Reducer<State, Type extends string, S extends Schema> = (
  state: State,
  publication: Publication<Type, WireForm<OutputOf<S>>>,
) => State

/** How the state of a channel comes from its publications. */
export interface StateOptions<Events extends Schemas, State> {
  /** The state before the first publication. */
  readonly initial: () => State
  /** One reducer for each event type that changes the state. Other event types leave the state as it is. */
  readonly on: { readonly [Type in keyof Events & string]?: Reducer<State, Type, Events[Type]> }
  /**
   * How the state loses a publication that was taken back, or shows that something was. It is called when the redaction is
   * told, and, with a `time`, in the place of the publication by whoever folds that part of history later. Both ways must lead
   * to one state, and twice to the same as once. Default: the state is folded again from the history that is kept, and readers
   * are reset.
   *
   * @example
   * ```ts
   * const state = {
   *   initial: (): { id: string; text: string }[] => [],
   *   on: {},
   *   redact: (list: { id: string; text: string }[], { id }: { id: string }) => list.filter((one) => one.id !== id),
   * }
   * ```
   */
  readonly redact?: (state: State, redaction: Redaction) => State
  /**
   * Whether a state lacks what no publication will bring, such as the next row of a list of ten from which one has left. The
   * client then shows it, and asks for a new snapshot. Default: never.
   */
  readonly isShort?: (state: State) => boolean
}

/** How much of a channel is kept. A page may be older than the history: a reset answers it. */
export interface HistoryOptions {
  /** Publications kept. Default 1,000. */
  readonly size?: number
  /** How long a publication is kept. Default `'24h'`. */
  readonly ttl?: Duration
  /** Bytes of payload kept. Default 4 MiB. */
  readonly bytes?: number
}

/** What `channel` takes. */
export interface ChannelOptions<
  Events extends Schemas,
  Signals extends Schemas,
  Requests extends Readonly<Record<string, RequestSchemas>>,
  State,
  P extends string = string,
  Member extends Schema | undefined = undefined,
> {
  /**
   * Which values a parameter may have. Strangers choose names: a name with any other value is no channel, for the hub
   * (`unknown-channel`) as for who makes a reference (`bad-name`). Default: any value that fits into a name.
   */
  readonly params?: ParamRules<P>
  /** Types of publications, with the schema of their payload. Any Standard Schema; it runs on the server. */
  readonly events?: Events
  /** Types of signals, with the schema of their payload. */
  readonly signals?: Signals
  /** Requests a client may make here, with the schemas of question and answer. */
  readonly requests?: Requests
  /** How the state comes from the publications. Without it the channel has no snapshot but its position. */
  readonly state?: StateOptions<Events, State>
  /**
   * Who is in the channel is known, with the schema of what a member tells of itself. Its members are a channel of their
   * own, `members(reference)`, which the rule allows by the actions `members` and `track`. Default: nobody is a member.
   */
  readonly members?: { readonly state: Member }
  /** How much of the channel is kept. */
  readonly history?: HistoryOptions
  /**
   * Publications may be taken back (`hub.redact`). No cache may then keep a part of its history for ever. Default false:
   * nothing can be taken back, and `hub.redact` says so.
   */
  readonly moderated?: boolean
  /**
   * The event type for text that a plain WebSocket sends and that is not a JSON object; the text becomes the payload.
   * For code that calls `socket.send('hello')`. Default: an error answers such a text.
   */
  readonly text?: keyof Events & string
  /**
   * Change it when an old page cannot understand what the new server sends. A page of another version keeps what it
   * shows, says `outdated`, and reloads. Default `'1'`.
   */
  readonly version?: string
}

/** A defined channel. Called with its parameters, it returns a reference. */
export interface ChannelDefinition<T extends ChannelTypes> {
  /**
   * The reference of one channel, a plain serialisable object.
   *
   * @throws {BaroError} `bad-name` if a parameter is missing, empty, too long or not accepted by its rule.
   */
  (...params: ArgsOf<T>): Reference<T>
  readonly pattern: Pattern
  readonly events: T['events']
  readonly signals: T['signals']
  readonly requests: T['requests']
  readonly state: StateOptions<T['events'], T['state']> | undefined
  /** The schema of what a member tells of itself; `undefined` if the channel has no members. */
  readonly member: T['member']
  readonly history: HistoryBounds
  /** Whether publications may be taken back. */
  readonly moderated?: boolean | undefined
  readonly text: string | undefined
  readonly version: string
  /** What a database knows it by, where it shows the rows of a table. A hub without a database refuses it. */
  readonly table?: object
}

/** Any channel definition. */
// biome-ignore lint/suspicious/noExplicitAny: a definition takes its state in (reducers) and gives it out (initial), so no single type argument accepts all of them.
export type AnyChannel = ChannelDefinition<any>

/** The types of a definition. */
export type TypesOf<C extends AnyChannel> = C extends ChannelDefinition<infer T> ? T : never
/** The state of a definition. */
export type StateOf<C extends AnyChannel> = TypesOf<C>['state']
/** What publishing this event type takes. */
export type EventInput<C extends AnyChannel, Type extends string> = InputOf<TypesOf<C>['events'][Type]>

/** What a definition is called with: the parameters of its pattern, or what its types say instead. */
type ArgsOf<T extends ChannelTypes> = 0 extends 1 & T
  ? // biome-ignore lint/suspicious/noExplicitAny: any definition is called with whatever it takes.
    any[]
  : T extends { args: infer Args extends unknown[] }
    ? Args
    : ParamArgs<T['pattern']>
type ParamArgs<P extends string> = keyof ParamsOf<P> extends never ? [] : [params: ParamsOf<P>]

/**
 * Defines a channel. The same definition is imported by the server, the pages and the browser.
 *
 * @param pattern Segments joined by `:`, each a literal or a `{parameter}`, for example `room:{id}`.
 * @throws {BaroError} `bad-definition` if the pattern, an event type or a bound is not usable.
 *
 * @example
 * ```ts
 * export const room = channel('room:{id}', {
 *   events: { message: z.object({ text: z.string().max(2000) }) },
 *   state: {
 *     initial: (): string[] => [],
 *     on: { message: (list, { payload }) => [...list, payload.text].slice(-50) },
 *   },
 * })
 * room({ id: 42 }) // { channel: 'room:42' }
 * ```
 */
export function channel<
  const P extends string,
  // biome-ignore lint/complexity/noBannedTypes: `{}` is "no events declared", and keeps the keys of those that are.
  Events extends Schemas = {},
  // biome-ignore lint/complexity/noBannedTypes: as above.
  Signals extends Schemas = {},
  // biome-ignore lint/complexity/noBannedTypes: as above.
  Requests extends Readonly<Record<string, RequestSchemas>> = {},
  State = undefined,
  Member extends Schema | undefined = undefined,
>(
  pattern: P,
  options: ChannelOptions<Events, Signals, Requests, State, NoInfer<P>, Member> = {},
): ChannelDefinition<{
  pattern: P
  events: Events
  signals: Signals
  requests: Requests
  state: State
  member: Member
}> {
  type T = { pattern: P; events: Events; signals: Signals; requests: Requests; state: State; member: Member }
  const parsed = createPattern(pattern, options?.params)
  assertKnown(pattern, options, 'params events signals requests state members history moderated text version')
  const { events = {} as Events, signals = {} as Signals, requests = {} as Requests, state, members } = options
  assertKnown(pattern, options.history ?? {}, 'size ttl bytes')
  assertKnown(pattern, state ?? {}, 'initial on redact isShort')
  assertKnown(pattern, members ?? {}, 'state')
  for (const type of [...Object.keys(events), ...Object.keys(signals), ...Object.keys(requests)]) {
    const checked = parseEventType(type)
    if (!checked.ok) throw new BaroError('bad-definition', checked.error.message)
  }
  for (const type of Object.keys(state?.on ?? {}))
    if (!Object.hasOwn(events, type))
      throw new BaroError(
        'bad-definition',
        `${quote(pattern)} reduces ${quote(type)}, which is no event of it. Define it.`,
      )

  if (options.text !== undefined && !Object.hasOwn(events, options.text))
    throw new BaroError(
      'bad-definition',
      `${quote(pattern)} takes text as ${quote(options.text)}, which is no event of it. Define it.`,
    )

  const refer = (...[params]: ParamArgs<P>): Reference<T> =>
    rememberDefinition(definition, { channel: nameFrom(parsed, params ?? {}) })
  const definition: ChannelDefinition<T> = Object.assign(refer, {
    pattern: parsed,
    events,
    signals,
    requests,
    state,
    member: members?.state as Member,
    history: historyBounds(pattern, options.history ?? {}),
    moderated: options.moderated,
    text: options.text,
    version: options.version ?? '1',
  })
  return definition
}

/** Browsers run this too, so it is short: the message lists what there is, and looks for no near name. */
function assertKnown(pattern: string, options: object, known: string): void {
  // Null, and what has no names of its own, such as a number or a function.
  if (!options || typeof options !== 'object')
    throw new BaroError(
      'bad-definition',
      `${quote(pattern)} has ${quote(options)} where an object of ${known} belongs.`,
    )
  for (const name of Object.keys(options))
    if (!known.split(' ').includes(name))
      throw new BaroError('bad-definition', `${quote(pattern)} has an option ${quote(name)}. Known are: ${known}.`)
}

function historyBounds(pattern: string, { size = 1_000, ttl = '24h', bytes = 4 << 20 }: HistoryOptions): HistoryBounds {
  for (const bound of [size, bytes])
    if (!Number.isSafeInteger(bound) || bound < 0)
      throw new BaroError(
        'bad-definition',
        `${quote(pattern)} bounds its history by ${quote(bound)}. Use a whole number.`,
      )
  return { size, ttlMs: durationMs(ttl), bytes }
}
