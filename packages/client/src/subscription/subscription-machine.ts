/**
 * The life of a subscription to one channel.
 *
 *   idle ── follow ──▶ waiting ── link-up, due ──▶ connecting ─── recovered, reset ──▶ live ⟲ publications that follow
 *    ▲                  ▲ ▲                         │ ▲    ▲                            │
 *    │ unfollow,        │ │ link-down               │ │    └───── ask, short, gap ──────┤
 *    └ from anywhere    │ └ from anywhere           │ │                                 │
 *                       │   but refused             │ │                                 │
 *                       └─── an error that may pass ┴─┼───── gap after gap, error ──────┤
 *                              any other error ──▶ refused ◀── any other error ─────────┘
 *                                                     └ link-up, ask, and, if another build may answer otherwise, due: connecting
 *
 * Attempts are numbered; only the answer to the newest one counts (I3). In `live` every delivery must follow the
 * position `at` where the reader stands, or the client asks again from there (I2).
 *
 * `outdated` and `unknown-channel` may pass: while nodes of two builds run side by side, another one may know this version
 * or channel, or bring a page of the other. So it is asked again, and the reason stays until there is another answer.
 */

import type { Publication } from '@baro/core'
import { checkOf, compareAtTexts, mayPass, parseAt, type ServerMessage } from '@baro/core/protocol'
import { type Backoff, backoffMs } from '../machine/backoff.ts'
import { type DueEvent, type Step, step } from '../machine/run-machine.ts'
import { unasked } from '../ports/transport.ts'

/** Where a subscription stands. */
export interface SubscriptionState {
  readonly name: 'idle' | 'waiting' | 'connecting' | 'live' | 'refused'
  /** Number of the newest attempt. */
  readonly attempt: number
  /** Attempts since a delivery last fitted. */
  readonly tries: number
  /** While connecting: the position that was asked for. While live: where the reader stands. */
  readonly at?: string | undefined
  /** Why it waits or was refused. While connecting: the last answer, if another build may answer otherwise. */
  readonly reason?: string | undefined
  /** Until it asks again; waiting without it is waiting for a link. */
  readonly dueInMs?: number
}

/** An answer to a subscribe: what followed the position, or a fresh snapshot. */
export type SubscribeAnswer = Extract<ServerMessage, { type: 'baro:recovered' | 'baro:reset' }>
/** Publications, the position they follow, and the one they lead to. */
export type DeliveryMessage = Extract<ServerMessage, { type: 'baro:publications' }>
/** A message of the hub about the subscription to one channel. */
export type SubscriptionMessage =
  | SubscribeAnswer
  | DeliveryMessage
  | Extract<ServerMessage, { type: 'baro:error' | 'baro:unsubscribed' }>

/** What happens to a subscription. */
export type SubscriptionEvent =
  | DueEvent
  | SubscriptionMessage
  | { readonly type: 'follow' | 'unfollow' | 'link-up' | 'link-down' }
  /** Something made the client doubt that it stands where it thinks. */
  | { readonly type: 'ask' }
  /** What is shown lacks what only a new snapshot has. */
  | { readonly type: 'short' }
  /** There is more to say than was said. */
  | { readonly type: 'anew' }

/** What the transition asks for. */
export type SubscriptionAction =
  /** Take what came. */
  | SubscribeAnswer
  | DeliveryMessage
  /** Of the attempt, and from the position, in the state. */
  | { readonly type: 'subscribe' | 'unsubscribe' }
  /** Count: a copy of what is known already was left out, or a delivery did not follow. */
  | { readonly type: 'suppressed' | 'gaps' }
  /** The hub has another version of the channel, or does not know a channel that another one knew. */
  | { readonly type: 'outdated' }

/** What the decisions depend on besides state and event. */
export interface SubscriptionMoment {
  /** A number no attempt of this client has had. */
  readonly nextAttempt: number
  /** Where the store stands. */
  readonly position: string | undefined
  readonly isLinked: boolean
  readonly backoff: Backoff | undefined
  /** A random number in [0, 1). */
  readonly fraction: number
}

type SubscriptionStep = Step<SubscriptionState, SubscriptionAction>

/** A deploy takes minutes. */
const deployBackoff: Backoff = { baseMs: 15_000, maxMs: 600_000 }

/** Whether a hub of another build may say something else. */
function isOfOneBuild(code: string | undefined): boolean {
  return code === 'outdated' || code === 'unknown-channel'
}

/** The state of a subscription nobody needs yet. */
export const startSubscription: SubscriptionState = { name: 'idle', attempt: 0, tries: 0 }

/** Decides what a subscription does next; total, so an event that does not fit changes nothing. */
export function subscriptionTransition(
  state: SubscriptionState,
  event: SubscriptionEvent,
  { nextAttempt, position, isLinked, backoff, fraction }: SubscriptionMoment,
): SubscriptionStep {
  const { name, attempt, tries, at, reason, dueInMs } = state
  const isLive = name === 'live'
  const isRefused = name === 'refused'
  const isOpen = isLive || name === 'connecting'
  const told = 'payload' in event && 'attempt' in event.payload ? event.payload.attempt : undefined
  const isAnswer = isOpen && told === attempt

  /** Asks, from where the store stands. A newer attempt takes over from the one before. */
  function ask(triesBefore: number, from = position): SubscriptionStep {
    if (!isLinked) return waitForLink()
    const stillRefused = isOfOneBuild(reason) && { reason }
    return step(
      { name: 'connecting', attempt: nextAttempt, tries: triesBefore + 1, at: from, ...stillRefused },
      { type: 'subscribe' },
    )
  }
  function waitForLink(): SubscriptionStep {
    return step({ name: 'waiting', attempt, tries: 0 })
  }
  function wait(code: string): SubscriptionStep {
    return step({ name: 'waiting', attempt, tries, reason: code, dueInMs: backoffMs(backoff, tries, fraction) })
  }
  /** A first gap is asked about at once; from then on with backoff until a delivery fits, so that no loop is tight. */
  function gap(): SubscriptionStep {
    const next = tries < 2 ? ask(1) : wait('gap')
    return step(next.state, { type: 'gaps' }, ...next.actions)
  }
  function take(message: SubscribeAnswer | DeliveryMessage, triesLeft: number): SubscriptionStep {
    return step({ name: 'live', attempt, tries: triesLeft, at: message.payload.position }, message)
  }
  function fail(code: string): SubscriptionStep {
    // A page brought what is no position to this hub: without one it gets a fresh snapshot.
    if (code === 'bad-position') return ask(tries, '')
    if (mayPass(code)) return wait(code)
    const refused = { name: 'refused', attempt, tries: 0, reason: code } as const
    if (!isOfOneBuild(code)) return step(refused)
    const again = { ...refused, tries, dueInMs: backoffMs(deployBackoff, tries, fraction) }
    // The hub that gave the store its position knew the channel, so the page is of another build than this one.
    const isOld = code === 'outdated' || !!parseAt(position ?? '')
    return isOld ? step(again, { type: 'outdated' }) : step(again)
  }

  /** Whether the reader has come as far. */
  function isPassed(reached: string): boolean {
    return (compareAtTexts(reached, at) ?? 1) <= 0
  }

  if (name === 'idle') return event.type === 'follow' ? ask(0) : step(state)
  switch (event.type) {
    case 'follow':
      return step(state)
    case 'unfollow': {
      const idle = { ...startSubscription, attempt }
      // While it waits after an error or a gap the hub may still follow the channel for us.
      return isLinked ? step(idle, { type: 'unsubscribe' }) : step(idle)
    }
    case 'link-up':
      return ask(0)
    case 'link-down':
      return isRefused ? step(state) : waitForLink()
    case 'ask':
      // One that is subscribing from where the store stands has asked already.
      return isLive || isRefused || (isOpen && at !== position) ? ask(tries) : step(state)
    case 'short':
      return isLive ? ask(tries, '') : step(state)
    case 'anew':
      return name === 'waiting' ? step(state) : ask(0)
    case 'due':
      return dueInMs !== undefined && isLinked ? ask(tries) : step(state)
    case 'baro:recovered':
    case 'baro:reset': {
      const { payload } = event
      // Of those who share a link, all that are live stand where the hub's one reader stood, and go where it goes.
      if (!isAnswer && !(isLive && told === unasked)) return step(state)
      // A live reader is reset to go forward, or because the stream lost its newest publications; anything else is a
      // copy of an answer it has passed, and following it would show publications twice (I1).
      const isNews = 'reason' in payload && (payload.reason === 'beyond-head' || !isPassed(payload.position))
      if (isLive && !isNews) return step(state, { type: 'suppressed' })
      return 'follows' in payload && payload.follows !== at ? gap() : take(event, tries)
    }
    case 'baro:publications': {
      const { payload } = event
      if (!isLive) return step(state)
      if (payload.follows === at) return take(event, 0)
      if (isPassed(payload.position)) return step(state, { type: 'suppressed' })
      const publications = after(at, payload.publications)
      return at && publications ? take({ ...event, payload: { ...payload, follows: at, publications } }, 0) : gap()
    }
    case 'baro:error':
      return isAnswer ? fail(event.payload.code) : step(state)
    case 'baro:unsubscribed':
      // Without a code it answers our own goodbye.
      return isLive && event.payload.code ? fail(event.payload.code) : step(state)
  }
}

/**
 * The publications after a position in the middle of a delivery: a link that serves several tabs brings what one of them
 * has missed to all. `undefined` if the publication at the position is not among them, by its check too: history may
 * have been rewritten (I4).
 */
function after(position: string | undefined, publications: readonly Publication[]): readonly Publication[] | undefined {
  const index = publications.findIndex(({ offset, id }) => position?.endsWith(`.${offset}.${checkOf(id)}`))
  return index < 0 ? undefined : publications.slice(index + 1)
}
