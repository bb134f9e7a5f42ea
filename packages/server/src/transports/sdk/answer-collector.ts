import type { Dialect } from '../../delivery/dialect.ts'
import {
  type ClientsOwnMessage,
  messageDialect,
  messagesBody,
  type OutgoingMessage,
  type ReaderMessage,
  writeMessage,
} from '../../delivery/encode/sdk-messages.ts'
import { bytesOf, type Written } from '../../delivery/encode/write.ts'
import type { Ticker, Writing } from '../../delivery/ticker.ts'
import type { Limits } from '../../ports/limits.ts'
import type { Named } from '../../session/named.ts'
import type { About } from '../../session/session-machine.ts'
import type { SessionOutbox } from '../../session/session-outbox.ts'

/** A message of the client that gets an answer: its name, and the attempt of a subscribe (0 for other messages). */
type Question = readonly [name: string, attempt: number]

const connecting: Question = ['connect', 0]

/** Messages that cannot be taken and name nothing, in place of an attempt their number. */
const unnamed: Question = ['unnamed', 1]

const channelPrefix = 'channel '

const subscribing = (channel: string, attempt: number): Question => [`${channelPrefix}${channel}`, attempt]

/** One id may be under way in several channels. */
const sending = (id: string, channel = ''): Question => [`id ${channel} ${id}`, 0]

/** The questions among the messages. Of two subscribes to one channel, only the later one is always answered. */
function questionsOf(asked: readonly About[]): Map<string, number> {
  const questions = new Map<string, number>()
  for (const { type, payload } of asked) {
    if (type === 'unread') {
      const [name, attempt] = questionNaming(payload) ?? []
      if (name !== undefined) questions.set(name, name === unnamed[0] ? (questions.get(name) ?? 0) + 1 : (attempt ?? 0))
    } else if (type === 'baro:connect') questions.set(...connecting)
    else if (type === 'baro:subscribe') questions.set(...subscribing(payload.channel, payload.attempt))
    else if (type === 'baro:unsubscribe') questions.delete(subscribing(payload.channel, 0)[0])
    else if (type === 'baro:publish' || type === 'baro:request') questions.set(...sending(payload.id, payload.channel))
  }
  return questions
}

function answeredBy({ type, payload }: OutgoingMessage): Question | undefined {
  switch (type) {
    case 'baro:connected':
      return connecting
    case 'baro:recovered':
    case 'baro:reset':
      return subscribing(payload.channel, payload.attempt)
    case 'baro:published':
    case 'baro:answer':
      return sending(payload.id, payload.channel)
    case 'baro:error':
      return questionNaming(payload)
    default:
      return undefined
  }
}

/** The question that an error with these names answers. */
function questionNaming({ id, channel, attempt }: Named): Question | undefined {
  if (id !== undefined) return sending(id, channel)
  if (attempt !== undefined) return subscribing(channel ?? '', attempt)
  return channel === undefined ? unnamed : undefined
}

/** Whether a message is news: worth an answer before the wait is over. A moved position alone is not. */
function isNews({ type, payload }: OutgoingMessage): boolean {
  switch (type) {
    case 'baro:connected':
    case 'baro:heartbeat':
      return false
    case 'baro:recovered':
    case 'baro:publications':
      return !payload.publications.isEmpty
    default:
      return true
  }
}

/** What a collector needs of its hub. */
export interface CollectorParts {
  readonly ticker: Pick<Ticker, 'write'>
  readonly limits: Pick<Limits, 'maxOutboxBytes' | 'maxReplyBytes'>
  /** The time, on the hub's monotonic clock. */
  readonly nowMs: number
  /** The client is let in: from now on its questions are at work. */
  greeted?(): void
}

/**
 * The outbox of a session that is one request. It keeps the messages until the answer should leave: when all of the request
 * was handed over, every question in it has its answer, and there is news or the wait is over. What is handed over later than
 * that has nobody left to act for: a signal behind the greeting was lost, with 200 for an answer.
 *
 * All messages leave together. So a reader that has found enough is cut, and goes on with the next request (I7).
 */
export class AnswerCollector implements SessionOutbox<ReaderMessage>, Writing {
  readonly dialect: Dialect<ReaderMessage> = messageDialect
  /** Settles when the answer should leave. */
  readonly ready: Promise<void>
  readonly #parts: CollectorParts
  readonly #questions: Map<string, number>
  #written: { readonly written: Written; readonly channel: string | undefined }[] = []
  #finish: () => void = () => {}
  #waitingBytes = 0
  #replyBytes = 0
  #hasNews = false
  #isWaitOver = false
  #isHanded = false
  #hasTurn = false
  #isClosed = false
  spokeAtMs: number

  constructor(asked: readonly About[], parts: CollectorParts) {
    this.#parts = parts
    this.#questions = questionsOf(asked)
    this.spokeAtMs = parts.nowMs
    this.ready = new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  tap(): undefined {}

  get isFull(): boolean {
    return this.#waitingBytes > this.#parts.limits.maxOutboxBytes
  }

  /** The body of the answer. */
  get body(): Uint8Array {
    return messagesBody(this.#written.map(({ written }) => written))
  }

  send(message: ClientsOwnMessage): void {
    const written = writeMessage(message)
    this.#replyBytes += bytesOf(written)
    if (this.#replyBytes > this.#parts.limits.maxReplyBytes) this.close()
    else this.#take(message, written, undefined)
  }

  answer(message: ReaderMessage): void {
    this.#take(message, writeMessage(message), message.payload.channel)
  }

  deliver(message: ReaderMessage): void {
    this.answer(message)
  }

  catchUp(message: ReaderMessage): void {
    this.answer(message)
  }

  forget(channel?: string): void {
    this.#written = this.#written.filter(
      (one) => one.channel === undefined || (channel !== undefined && one.channel !== channel),
    )
  }

  /** The session has got all messages of the request. What it says to the last one at once is taken along. */
  handed(): void {
    this.#isHanded = true
    this.#comeInTurn()
  }

  /** The wait for news is over. */
  endWait(): void {
    this.#isWaitOver = true
    this.#check()
  }

  /** Called in turn: one publication may be news for thousands of requests, and each answer is work. */
  flush(nowMs: number): void {
    this.#hasTurn = false
    this.spokeAtMs = nowMs
    this.#check()
  }

  close(): void {
    this.#isClosed = true
    this.#finish()
  }

  discard(): void {
    this.#isClosed = true
  }

  // A full collector has no room again: the reader goes on with the next request.
  waitForRoom(): void {}

  stopWaiting(): void {}

  drained(): void {}

  #take(message: OutgoingMessage, written: Written, channel: string | undefined): void {
    if (this.#isClosed) return
    this.#waitingBytes += bytesOf(written)
    this.#written.push({ written, channel })
    if (message.type === 'baro:connected') this.#parts.greeted?.()
    const question = answeredBy(message)
    if (question) this.#answered(question)
    if (isNews(message)) this.#hasNews = true
    this.#comeInTurn()
  }

  #comeInTurn(): void {
    if (this.#hasTurn) return
    this.#hasTurn = true
    this.#parts.ticker.write(this, false)
  }

  #answered([name, attempt]: Question): void {
    const asked = this.#questions.get(name)
    if (name !== unnamed[0]) {
      if (asked !== undefined && attempt >= asked) this.#questions.delete(name)
    } else if (asked === undefined) {
      // Nothing else names nothing: `baro:connect` was not accepted.
      this.#questions.delete(connecting[0])
    } else if (asked > 1) this.#questions.set(name, asked - 1)
    else this.#questions.delete(name)
  }

  /** Once it is full no reader finds room, so to wait for the answer to a subscribe would be to wait in vain. */
  get #isAnswered(): boolean {
    return [...this.#questions.keys()].every((name) => this.isFull && name.startsWith(channelPrefix))
  }

  #check(): void {
    if (this.#isHanded && this.#isAnswered && (this.#hasNews || this.#isWaitOver)) this.#finish()
  }
}
