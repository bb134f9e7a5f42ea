/**
 * A link over plain HTTP, which goes on from request to request.
 *
 *   one request reads:   asked ── answered ──▶ a wait, if it brought nothing ──▶ asked again, from the positions reached
 *                          └──── the client wants something else: dropped, asked anew
 *   others bring:        waiting ── one of a few is free ──▶ all that waits is asked ── answered ──▶ told
 *   over:                a request fails, brings no greeting, or takes too long; the client closes
 *
 * - Every request is a session of its own, so any node answers any. Followed positions are those that passed through.
 * - What the client says at one moment goes out together, but each channel and each question by itself: the answer comes
 *   once the slowest handler is done. Only the last of a few takes all that waits: a browser has six connections for an
 *   origin. Requests may overtake each other, so the outbox has one sending of a channel under way at a time.
 * - A publish that was left out of an answer (its handler takes longer than a request may) is still in progress: the
 *   outbox sends it again. To end the link for it would cost the outcome of every other request. So is one whose request is
 *   *late*: it may hang on a connection that was cut. A question is not asked twice, and takes none of the few places then.
 * - A probe asks everything anew, for an answer at once: what was asked before may be held by a wire that is cut. So does a
 *   late request; when that which reads is late as well, the link is lost.
 * - What brings nothing is not asked again at once: without a greeting the link ends, so that the client backs off.
 */
import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { type DueEvent, type Step, step } from '../machine/run-machine.ts'
import { moved, type Rung } from '../ports/transport.ts'

/** The rungs that need no WebSocket. */
export type HttpRung = Exclude<Rung, 'websocket'>

type Connect = Extract<ClientMessage, { type: 'baro:connect' }>
type Subscribe = Extract<ClientMessage, { type: 'baro:subscribe' }>
/** What goes out by a request of its own. */
type Command = Extract<ClientMessage, { type: 'baro:publish' | 'baro:request' | 'baro:signal' }>

/** A channel that is asked for, from where it has come to. */
interface Followed {
  readonly ask: Subscribe
  readonly isAnswered?: boolean
  /** What was answered last: it goes on if the hub refuses the newer ask before it looks at the channel, as on a socket. */
  readonly before?: Followed | undefined
}

/** Where a link stands. Times are elapsed milliseconds. */
export interface HttpLinkState {
  /** It names the life of the claims that the publishes of this link count on, once that is known. */
  readonly greeting?: Connect | undefined
  /** How often the hub says something. Silence of twice that is taken for a lost link, so nothing is held for longer. */
  readonly beatMs?: number | undefined
  /** Who the hub says this is. */
  readonly user?: string | undefined
  /** What is asked for, from where it has come to, and whether that was answered before. */
  readonly followed: ReadonlyMap<string, Followed>
  /** Commands without a request. */
  readonly waiting: readonly Command[]
  /** What the requests under way bring, by number. */
  readonly requests: ReadonlyMap<number, readonly Command[]>
  /** The number of the one that reads. */
  readonly reading?: number | undefined
  /** The number of the newest. */
  readonly request: number
  /** The number of the last that read and brought something: commands that are answered say nothing of a stream. */
  readonly heard: number
  /** Those up to this number are late. */
  readonly late: number
  /** Lanes that were late, until they are answered: whatever went out with one would be as late. */
  readonly slow: ReadonlySet<string | undefined>
  /** Whether it is there must be known at once. */
  readonly isProbed?: boolean | undefined
  /** When to read next, once nothing reads. */
  readonly readMs?: number
  readonly dueInMs?: number | undefined
  readonly isOver?: boolean | undefined
}

/** What happens to a link. */
export type HttpLinkEvent =
  /** It is time, or the client has said everything that it says at this moment. */
  | DueEvent
  | { readonly type: 'say'; readonly message: ClientMessage }
  | { readonly type: 'close' }
  /** A request brought messages; `isDone`: all there are. */
  | {
      readonly type: 'heard'
      readonly request: number
      readonly messages: readonly ServerMessage[]
      readonly isDone?: boolean
    }
  /** A request has no answer for so long that something may be wrong with its connection. */
  | { readonly type: 'late'; readonly request: number }
  /** `code` is that of `LinkEvents.closed`. */
  | { readonly type: 'failed'; readonly request: number; readonly code: number; readonly reason: string }

/** What the transition asks for. */
export type HttpLinkAction =
  /** `wait` is in seconds, for news, and `hold` for answers; without a wait the answer is a stream. */
  | {
      readonly type: 'ask'
      readonly request: number
      readonly wait: number | undefined
      readonly hold?: number | undefined
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
export const startHttpLink: HttpLinkState = {
  followed: new Map(),
  waiting: [],
  requests: new Map(),
  request: 0,
  heard: 0,
  late: 0,
  slow: new Set(),
}

/** How long a long poll is held by the hub, in seconds; below what proxies and browsers give up after. */
const heldSeconds = 25

/** Most requests with commands at once: with the one that reads, two connections are left for the page. */
const maxRequests = 3

/** Most commands in one of them: the hub takes a body that is as long as 16 of the longest messages. */
const maxCommands = 15

/** How long the hub waits for handlers until it answers what it can, in seconds: a little less than a request may take. */
const holdSeconds = 2

const noAnswer = 'no answer'

/** Decides what a link asks, and what it tells; total, so an event that does not fit changes nothing. */
export function httpLinkTransition(
  state: HttpLinkState,
  event: HttpLinkEvent,
  { elapsedMs, rung, pollIntervalMs }: HttpLinkMoment,
): Step<HttpLinkState, HttpLinkAction> {
  const actions: HttpLinkAction[] = []
  const followed = new Map(state.followed)
  const requests = new Map(state.requests)
  const slow = new Set(state.slow)
  let {
    greeting,
    beatMs = Infinity,
    user,
    waiting,
    reading,
    request,
    heard,
    late,
    isProbed,
    readMs = Infinity,
    isOver,
  } = state
  let isNews = false
  let isElsewhere = false

  function tell(message: ServerMessage): void {
    actions.push({ type: 'tell', message })
  }
  function end(code: number, reason: string): void {
    isOver = true
    actions.push({ type: 'end', code, reason })
  }
  function ask(messages: readonly ClientMessage[], wait: number | undefined, hold?: number): number {
    actions.push({ type: 'ask', request: ++request, wait, hold, messages: [greeting as Connect, ...messages] })
    return request
  }

  function say(message: ClientMessage): void {
    const { type, payload } = message
    if (type === 'baro:connect') greeting = message
    else if (type === 'baro:subscribe') {
      const had = followed.get(payload.channel)
      followed.set(payload.channel, { ask: message, before: had?.isAnswered ? had : had?.before })
    } else if (type === 'baro:unsubscribe') followed.delete(payload.channel)
    else if (type === 'baro:refresh') {
      greeting = { type: 'baro:connect', payload: { ...(greeting as Connect).payload, ...payload } }
      // How long it lasts must be known before a request is held: on a quiet channel that may be longer.
      isProbed = true
    } else if (type !== 'baro:heartbeat') {
      waiting = [...waiting, message]
      return
    } else if (!payload.probe) return
    else {
      isProbed = true
      for (const number of requests.keys()) lag(number)
    }
    readAnew()
  }

  /** What the hub still says was asked by who wanted something else. */
  function readAnew(): void {
    reading = undefined
    readMs = elapsedMs
  }

  /** Passes on what is news to the client, and follows the positions in it. */
  function hear(message: ServerMessage, isReading = false): unknown {
    const { type, payload } = message
    switch (type) {
      case 'baro:connected': {
        const { claimsEpoch } = payload
        beatMs = payload.heartbeatIntervalMs
        const { payload: greeted } = greeting as Connect
        if (greeted.claimsEpoch) {
          isElsewhere ||= greeted.claimsEpoch !== claimsEpoch || user !== payload.user
          // Every answer begins so: a sign of life, whatever follows. How long its token lasts was so when the hub got the
          // request; one that may have been held says too much.
          return isReading && !isElsewhere && tell({ type: 'baro:refreshed', payload: isProbed ? payload : {} })
        }
        user = payload.user
        greeting = { type: 'baro:connect', payload: { ...greeted, claimsEpoch } }
        break
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
          isNews ||= position !== payload.follows
          return tell({ type: 'baro:publications', payload })
        }
        break
      }
      case 'baro:unsubscribed':
      case 'baro:error':
        if (type === 'baro:unsubscribed' || payload.attempt !== undefined) refused(payload)
        break
      case 'baro:drain':
        isOver = true
    }
    isNews = true
    tell(message)
  }

  function refused({ channel = '', code }: { readonly channel?: string; readonly code?: string }): void {
    const { before } = followed.get(channel) ?? {}
    followed.delete(channel)
    // The tab of another version has asked, and not those that share the link with it.
    if (code !== 'outdated' || !before) return
    followed.set(channel, before)
    readAnew()
  }

  /** There is no answer. */
  function miss(command: Command): void {
    const id = idOf(command)
    slow.add(laneOf(command))
    const code = command.type === 'baro:publish' ? 'in-progress' : 'unknown-outcome'
    const { channel } = command.payload
    if (id) tell({ type: 'baro:error', payload: { id, channel, code, message: noAnswer } })
  }

  /** What may be asked twice is, by another request, and nobody waits for the rest. */
  function lag(number: number): void {
    const commands = requests.get(number) ?? []
    const questions = commands.filter(isQuestion)
    late = Math.max(late, number)
    requests.set(number, questions)
    if (!questions[0]) requests.delete(number)
    for (const command of commands) if (!isQuestion(command)) miss(command)
  }

  /** The answer of a request is complete. */
  function finish(number: number, messages: readonly ServerMessage[]): void {
    const commands = requests.get(number)
    requests.delete(number)
    // A hub that cannot let it in now, something on the way that answers in its place, or a stream that ended.
    if (!messages.some(({ type }) => type === 'baro:connected')) return end(1006, noAnswer)
    for (const command of commands ?? []) {
      slow.delete(laneOf(command))
      if (!messages.some((answer) => isAnswer(answer, command))) miss(command)
    }
    if (commands) return
    reading = undefined
    if (!followed.size) readMs = Infinity
    else if ((isNews || isProbed) && rung !== 'poll') readMs = elapsedMs
    isProbed = false
  }

  /** Asks what is due. */
  function go(): void {
    if (!reading && readMs <= elapsedMs) {
      readMs = elapsedMs + pollIntervalMs
      const all = [...followed.values()]
      // Held only for what is new: that the hub is there, and how it took a subscribe, must be known at once.
      const isHeld = rung === 'long-poll' && all[0] && !isProbed && all.every(({ isAnswered }) => isAnswered)
      const wait = isHeld ? Math.min(heldSeconds, beatMs / 1_000) : 0
      reading = ask(
        all.map(({ ask }) => ask),
        rung === 'sse' ? undefined : wait,
      )
    }
    for (;;) {
      const places = maxRequests - [...requests.keys()].filter((number) => number > late).length
      const busy = new Set([...requests.values()].flat().map(laneOf))
      // What did not fit into a request must not overtake what did; and the last place is not for what is known to be slow.
      const ready = waiting.filter((one) => {
        const lane = laneOf(one)
        return !lane || !(busy.has(lane) || (places === 1 && slow.has(lane)))
      })
      const [first, ...rest] = places > 0 ? ready : []
      if (!first) return
      const goes = (one: Command) =>
        isQuestion(one) === isQuestion(first) &&
        (places === 1 || (!isQuestion(one) && one.payload.channel === first.payload.channel))
      const together = [first, ...rest.filter(goes)].slice(0, maxCommands)
      waiting = waiting.filter((one) => !together.includes(one))
      requests.set(ask(together, 0, isQuestion(first) ? undefined : holdSeconds), together)
    }
  }

  if (isOver || ('request' in event && !isUnderWay(state, event.request))) return step(state)
  switch (event.type) {
    case 'close':
      isOver = true
      break
    case 'failed':
      end(event.code, event.reason)
      break
    case 'late':
      if (event.request !== reading) {
        lag(event.request)
        isProbed = true
        readAnew()
      } else if (event.request !== heard) end(1006, noAnswer)
      break
    case 'say':
      say(event.message)
      break
    case 'heard': {
      const { messages } = event
      if (event.request === reading) heard = reading
      for (const message of messages) if (!isOver) hear(message, event.request === reading)
      // A hub that remembers other claims: the client comes back, and judges what has no answer even here.
      if (isElsewhere && !isOver) hear(moved)
      if (event.isDone && !isOver) finish(event.request, messages)
    }
  }
  if (event.type !== 'say' && !isOver) go()
  const dueInMs = reading || isOver || readMs === Infinity ? undefined : readMs - elapsedMs
  return step(
    {
      greeting,
      beatMs,
      user,
      followed,
      waiting,
      requests,
      reading,
      request,
      heard,
      late,
      slow,
      isProbed,
      readMs,
      isOver,
      dueInMs,
    },
    ...actions,
  )
}

function idOf({ payload }: Command): string | undefined {
  return 'id' in payload ? payload.id : undefined
}

/** Whether a message answers this command. One id may be under way in several channels (I5). */
function isAnswer({ payload }: ServerMessage, command: Command): boolean {
  return 'id' in payload && payload.id === idOf(command) && payload.channel === command.payload.channel
}

function isQuestion({ type }: Command): boolean {
  return type === 'baro:request'
}

/** What it must not overtake: the publishes of its producer, a tab, in its channel. */
function laneOf({ type, payload }: Command): string | undefined {
  return type === 'baro:publish' ? `${payload.channel} ${payload.producer}` : undefined
}

/** Whether a request has an answer to come that is heard; an effect drops all others. */
export function isUnderWay({ isOver, reading, requests }: HttpLinkState, request: number): boolean {
  return !isOver && (request === reading || requests.has(request))
}
