/**
 * A link over plain HTTP, which goes on from request to request.
 *
 *   one request reads:   asked ── done ──▶ a wait, if it brought nothing ──▶ asked again, from the positions reached
 *                          └──── the client wants something else: dropped, asked anew
 *   others bring:        waiting ── its lane and a request are free ──▶ asked ── done ──▶ told
 *   over:                a request fails, brings no greeting, or takes too long; the hub drains; the client closes
 *
 * - Every request is a session of its own, so any node answers any. Followed positions are those that passed through.
 * - A lane is a channel's publishes, one request, or all signals. Of a lane one request is under way at a time, which
 *   keeps its order. Lanes go out by themselves, so that no handler holds up another, as long as there are requests left
 *   for them; what waits for the last one goes together. A browser has six connections for an origin.
 * - A publish that was left out of an answer (its handler takes longer than a request may) is still in progress: the
 *   outbox sends it again. To end the link for it would cost the outcome of every other request.
 * - What brings nothing is not asked again at once: without a greeting the link ends, so that the client backs off.
 */
import { type ClientMessage, drainCode, type ServerMessage } from '@baro/core'
import { type DueEvent, type Step, step } from '../run-machine.ts'
import type { Rung } from '../transport.ts'

/** The rungs that need no WebSocket. */
export type HttpRung = Exclude<Rung, 'websocket'>

type Subscribe = Extract<ClientMessage, { type: 'baro:subscribe' }>
/** What goes out by a request of its own. */
type Command = Extract<ClientMessage, { type: 'baro:publish' | 'baro:request' | 'baro:signal' }>

/** A request under way. Times are elapsed milliseconds. */
interface Asked {
  /** What it brought and has no answer; absent of the one that reads. */
  readonly commands: readonly Command[] | undefined
  readonly askedMs: number
  /** The hub let it in. */
  readonly isGreeted?: boolean
  /** It told something new. */
  readonly isNews?: boolean
}

/** Where a link stands. */
export interface HttpLinkState {
  readonly greeting?: ClientMessage | undefined
  /** The life of the claims that the publishes of this link count on. */
  readonly claimsEpoch?: string | undefined
  /** What is asked for, from where it has come to, and whether that was answered before. */
  readonly followed: ReadonlyMap<string, { readonly ask: Subscribe; readonly isAnswered?: boolean }>
  /** Commands without a request. */
  readonly waiting: readonly Command[]
  /** By number. An effect drops those that are not here any more. */
  readonly requests: ReadonlyMap<number, Asked>
  /** The number of the newest. */
  readonly request: number
  /** When to read next. */
  readonly readMs?: number | undefined
  readonly dueInMs?: number | undefined
  readonly isOver?: boolean | undefined
}

/** What happens to a link. Events with the number of a request are about its answer. */
export type HttpLinkEvent =
  /** It is time, or the client has said everything that it says at this moment. */
  | DueEvent
  | { readonly type: 'say'; readonly message: ClientMessage }
  | { readonly type: 'close' }
  | { readonly type: 'heard'; readonly request: number; readonly message: ServerMessage }
  | { readonly type: 'done'; readonly request: number }
  /** `code` is that of `LinkEvents.closed`. */
  | { readonly type: 'failed'; readonly request: number; readonly code: number; readonly reason: string }

/** What the transition asks for. */
export type HttpLinkAction =
  /** `wait` is in seconds; without it the answer is a stream. */
  | {
      readonly type: 'ask'
      readonly request: number
      readonly wait: number | undefined
      readonly messages: readonly ClientMessage[]
    }
  | { readonly type: 'tell'; readonly message: ServerMessage }
  | { readonly type: 'end'; readonly code: number; readonly reason: string }

/** What the decisions depend on besides state and event. */
export interface HttpLinkMoment {
  readonly elapsedMs: number
  readonly rung: HttpRung
  readonly pollIntervalMs: number
}

/** The state of a link that nothing was said on. */
export const startHttpLink: HttpLinkState = { followed: new Map(), waiting: [], requests: new Map(), request: 0 }

/** How long a long poll is held by the hub, in seconds; below what proxies and browsers give up after. */
const heldSeconds = 25

/** Most requests with commands at once: with the one that reads, two connections are left for the page. */
const maxRequests = 3

const noAnswer = 'no answer'

/** Decides what a link asks, and what it tells; total, so an event that does not fit changes nothing. */
export function httpLinkTransition(
  state: HttpLinkState,
  event: HttpLinkEvent,
  { elapsedMs, rung, pollIntervalMs }: HttpLinkMoment,
): Step<HttpLinkState, HttpLinkAction> {
  const { request: number = 0 } = event as { readonly request?: number }
  const asked = state.requests.get(number)
  if (state.isOver || (number && !asked)) return step(state)
  const actions: HttpLinkAction[] = []
  const followed = new Map(state.followed)
  const requests = new Map(state.requests)
  let { greeting, claimsEpoch, waiting, request, readMs } = state
  let isOver = false

  function tell(message: ServerMessage): void {
    actions.push({ type: 'tell', message })
  }
  function close(): void {
    requests.clear()
    isOver = true
  }
  function end(code: number, reason: string): void {
    close()
    actions.push({ type: 'end', code, reason })
  }
  function ask(messages: readonly ClientMessage[], wait: number | undefined, commands?: readonly Command[]): void {
    const greeted = { ...greeting, payload: { ...greeting?.payload, claimsEpoch } } as ClientMessage
    requests.set(++request, { askedMs: elapsedMs, commands })
    actions.push({ type: 'ask', request, wait, messages: [greeted, ...messages] })
  }

  function say(message: ClientMessage): void {
    switch (message.type) {
      case 'baro:heartbeat':
        return
      case 'baro:connect':
        greeting = message
        break
      case 'baro:subscribe':
      case 'baro:unsubscribe': {
        const { channel } = message.payload
        followed.delete(channel)
        if (message.type === 'baro:subscribe') followed.set(channel, { ask: message })
        // What the hub still says was asked by who wanted something else.
        for (const [open, { commands }] of requests) if (!commands) requests.delete(open)
        break
      }
      default:
        waiting = [...waiting, message]
        return
    }
    readMs = elapsedMs
  }

  /** Passes on what is news to the client, and follows the positions in it. */
  function hear(message: ServerMessage, of: Asked): void {
    const { type, payload } = message
    let heard = message
    let isNews = true
    switch (type) {
      case 'baro:connected': {
        requests.set(number, { ...of, isGreeted: true })
        const known = claimsEpoch
        claimsEpoch = payload.claimsEpoch
        // Every answer begins so. To the client it is news where another hub answers, which remembers other claims.
        if (known !== claimsEpoch) tell(known ? { type: 'baro:claims', payload: { claimsEpoch } } : message)
        return
      }
      case 'baro:recovered':
      case 'baro:reset':
      case 'baro:publications': {
        const { channel, position } = payload
        const { ask, isAnswered } = followed.get(channel) ?? {}
        if (!ask) return
        followed.set(channel, { ask: { ...ask, payload: { ...ask.payload, position } }, isAnswered: true })
        // To the client, which asked once, a further answer is what comes next.
        if (isAnswered && type === 'baro:recovered') {
          isNews = position !== payload.follows
          heard = { type: 'baro:publications', payload }
        }
        break
      }
      case 'baro:unsubscribed':
        followed.delete(payload.channel)
        break
      case 'baro:error':
        // A token that has expired while the link lived: the client comes back with a new one.
        if (payload.code === 'unauthenticated') return end(1006, payload.code)
        if (payload.attempt !== undefined) followed.delete(payload.channel ?? '')
    }
    const commands = of.commands?.filter(
      ({ payload: asked }) => !('id' in payload && 'id' in asked && asked.id === payload.id),
    )
    requests.set(number, { ...of, commands, isNews: isNews || !!of.isNews })
    tell(heard)
    if (type === 'baro:drain') end(drainCode, '')
  }

  /** The answer of a request is complete. */
  function finish({ commands, askedMs, isGreeted, isNews }: Asked): void {
    requests.delete(number)
    // A hub that cannot let it in now, or something on the way that answers in its place.
    if (!isGreeted || (rung === 'sse' && !commands)) return end(1006, noAnswer)
    for (const { type, payload } of commands ?? [])
      if ('id' in payload) {
        const code = type === 'baro:publish' ? 'in-progress' : 'unknown-outcome'
        tell({ type: 'baro:error', payload: { id: payload.id, code, message: noAnswer } })
      }
    if (commands) return
    // A request that was answered is a sign of life, whatever was in it.
    tell({ type: 'baro:heartbeat', payload: {} })
    if (followed.size) readMs = isNews && rung !== 'poll' ? elapsedMs : askedMs + pollIntervalMs
  }

  /** Asks what is due. */
  function go(): void {
    if (readMs !== undefined && readMs <= elapsedMs) {
      readMs = undefined
      const all = [...followed.values()]
      // Held only for what is new: that the hub is there, and how it took a subscribe, must be known at once.
      const isHeld = rung === 'long-poll' && all[0] && all.every(({ isAnswered }) => isAnswered)
      const wait = isHeld ? heldSeconds : 0
      ask(
        all.map(({ ask }) => ask),
        rung === 'sse' ? undefined : wait,
      )
    }
    for (;;) {
      const sending = [...requests.values()].flatMap(({ commands }) => (commands ? [commands] : []))
      const busy = sending.flat().map(laneOf)
      const free = waiting.filter((command) => !busy.includes(laneOf(command)))
      const [first] = free
      if (!first || sending.length === maxRequests) return
      const isLast = sending.length === maxRequests - 1
      const taken = free.filter((command) => isLast || laneOf(command) === laneOf(first))
      waiting = waiting.filter((command) => !taken.includes(command))
      // The hub answers when every command has its answer; to wait for more would only delay that.
      ask(taken, 0, taken)
    }
  }

  switch (event.type) {
    case 'close':
      close()
      break
    case 'failed':
      end(event.code, event.reason)
      break
    case 'say':
      say(event.message)
      break
    case 'heard':
      if (asked) hear(event.message, asked)
      break
    case 'done':
      if (asked) finish(asked)
  }
  if (event.type !== 'say' && !isOver) go()
  const dueInMs = readMs === undefined || isOver ? undefined : readMs - elapsedMs
  return step({ greeting, claimsEpoch, followed, waiting, requests, request, readMs, isOver, dueInMs }, ...actions)
}

/** What keeps its order among commands. */
function laneOf({ type, payload }: Command): string {
  return type === 'baro:publish' ? payload.channel : type === 'baro:request' ? payload.id : ''
}
