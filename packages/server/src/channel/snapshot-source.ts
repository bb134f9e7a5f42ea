import type { Params } from '@baro/core'
import type { QueriedSnapshot } from '@baro/core/broker'
import { anyText, assertFunction, checkedOptions, milliseconds, type OptionRules, required } from '@baro/core/protocol'

const loader = 'a function that gives the value'

/** The channel whose snapshot is taken. */
export interface SnapshotContext<P extends Params> {
  readonly channel: string
  /** The parameters read out of the name. */
  readonly params: P
}

/** Where the value of a snapshot comes from. It is registered once, so that a page and a later reset use the same. */
export type SnapshotSource<P extends Params, State, Payload = unknown> =
  | LoadedSnapshot<P, State>
  | PolledSnapshot<P, Payload>
  | QueriedSnapshot

/** A value that any function loads. */
export interface LoadedSnapshot<P extends Params, State> {
  readonly kind: 'loaded'
  load(context: SnapshotContext<P>): State | Promise<State>
}

/**
 * A snapshot whose value any function loads. The position is read before the value, so what is published while it loads
 * comes after the snapshot again: at least once, if the application commits before it publishes. Use a reducer that
 * replaces by key.
 *
 * @throws {BaroError} `bad-definition` if it gets no function.
 *
 * @example
 * ```ts
 * hub.on(orders, { access: 'public', snapshot: loaded(({ params }) => database.ordersOf(params.shop)) })
 * ```
 */
export function loaded<P extends Params, State>(
  load: (context: SnapshotContext<P>) => State | Promise<State>,
): LoadedSnapshot<P, State> {
  assertFunction('loaded', load, loader)
  return { kind: 'loaded', load }
}

/** What a poll is given. */
export interface PollContext<P extends Params> extends SnapshotContext<P> {
  /** Is aborted when the poll has taken `timeoutMs`, and when the hub closes: hand it on to `fetch`. */
  readonly signal: AbortSignal
}

/** How often, and as what, foreign data is published. */
export interface PolledOptions {
  /** The time from the beginning of one poll to the beginning of the next, in milliseconds. */
  readonly everyMs: number
  /** After this many milliseconds a poll has failed. Default 10,000. */
  readonly timeoutMs?: number
  /** The event type that is published on a change. Default: the only event type of the channel. */
  readonly type?: string
}

/** Data that is not ours, asked for again and again. */
export interface PolledSnapshot<P extends Params, Payload> {
  readonly kind: 'polled'
  poll(context: PollContext<P>): Payload | Promise<Payload>
  readonly everyMs: number
  readonly timeoutMs: number
  readonly type: string | undefined
}

const polledRules: OptionRules<PolledOptions> = {
  everyMs: required(milliseconds()),
  timeoutMs: milliseconds(),
  type: anyText,
}

/**
 * A snapshot of data behind a foreign HTTP API. One node polls it, however many pages and readers show it, and publishes
 * what it gets when that has changed. The state is folded from these publications, so a page is exact as any other.
 *
 * A channel is polled while somebody follows it, and for a minute (or two intervals) after somebody has asked for it: a kept
 * page that is served asks too. The first who asks waits for the first poll. A poll that throws leaves what was there, a line
 * in the log, and longer and longer waits, up to eight intervals.
 *
 * @param poll Returns the payload of the event: an input of its schema.
 * @throws {BaroError} `bad-definition` if an option does not exist, or makes no sense.
 *
 * @example
 * ```ts
 * hub.on(rates, {
 *   access: 'public',
 *   snapshot: polled(async ({ params, signal }) => (await fetch(ratesOf(params.base), { signal })).json(), {
 *     everyMs: 10_000,
 *   }),
 * })
 * ```
 */
export function polled<P extends Params, Payload>(
  poll: (context: PollContext<P>) => Payload | Promise<Payload>,
  options: PolledOptions,
): PolledSnapshot<P, Payload> {
  assertFunction('polled', poll, loader)
  const { everyMs, timeoutMs = 10_000, type } = checkedOptions('polled', options, polledRules)
  return { kind: 'polled', poll, everyMs, timeoutMs, type }
}
