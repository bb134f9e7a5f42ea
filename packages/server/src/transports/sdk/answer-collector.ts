import type { ClientMessage, ServerMessage } from '@baro/core'
import type { Framing, Socket } from '../../ports/socket.ts'

// One message a line, so that an answer can be put together without being parsed.
const lines: Framing = { name: 'sdk-lines', frame: (text) => Buffer.from(`${text}\n`) }

/** A question by its name, with the attempt of a subscribe; other questions are asked once. */
type Question = readonly [name: string, attempt: number]

const connecting: Question = ['connect', 0]

const subscribing = (channel: string, attempt: number): Question => [`channel ${channel}`, attempt]

const sending = (id: string): Question => [`id ${id}`, 0]

/** The messages that are always answered. Of two subscribes to one channel only the later one is. */
function questionsOf(asked: readonly ClientMessage[]): Map<string, number> {
  const questions = new Map<string, number>()
  for (const { type, payload } of asked) {
    if (type === 'baro:connect') questions.set(...connecting)
    else if (type === 'baro:subscribe') questions.set(...subscribing(payload.channel, payload.attempt))
    else if (type === 'baro:unsubscribe') questions.delete(subscribing(payload.channel, 0)[0])
    else if (type === 'baro:publish' || type === 'baro:request') questions.set(...sending(payload.id))
  }
  return questions
}

// The hub writes these fields first, so that a long answer need not be parsed to know whose it is.
const attemptAnswer = /^\{"type":"baro:(?:recovered|reset)","payload":\{"channel":"([^"]*)","attempt":(\d+)/
const idAnswer = /^\{"type":"baro:(?:published|answer)","payload":\{"id":"([^"]*)"/

function answeredBy(line: string): Question | undefined {
  const [, channel, attempt] = attemptAnswer.exec(line) ?? []
  if (channel !== undefined) return subscribing(channel, Number(attempt))
  const id = idAnswer.exec(line)?.[1]
  if (id !== undefined) return sending(id)
  if (line.startsWith('{"type":"baro:connected"')) return connecting
  if (!line.startsWith('{"type":"baro:error"')) return undefined
  const { payload } = JSON.parse(line) as Extract<ServerMessage, { type: 'baro:error' }>
  if (payload.id !== undefined) return sending(payload.id)
  if (payload.attempt !== undefined) return subscribing(payload.channel ?? '', payload.attempt)
  // About nothing that has a name: a `baro:connect` that was not accepted, or what could not be read.
  return payload.channel === undefined ? connecting : undefined
}

/**
 * The socket of a session that is one request: keeps what the hub writes until it is worth answering with. That is when
 * every question of the request has its answer, and there is news or the wait is over.
 */
export class AnswerCollector implements Socket {
  readonly framing: Framing = lines
  /** Settles when the answer should leave. */
  readonly ready: Promise<void>
  #finish: () => void = () => {}
  readonly #written: string[] = []
  // What is written waits until the answer leaves, so a reader that has written enough is cut, and goes on next time.
  #waitingBytes = 0
  readonly #questions: Map<string, number>
  #hasNews = false
  #isWaitOver = false

  constructor(asked: readonly ClientMessage[]) {
    this.#questions = questionsOf(asked)
    this.ready = new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /** The messages as the items of a JSON list. */
  get itemsText(): string {
    return this.#written.join(',')
  }

  write(pieces: readonly Uint8Array[]): void {
    const bytes = Buffer.concat(pieces)
    this.#waitingBytes += bytes.length
    for (const line of bytes.toString().split('\n')) if (line !== '') this.#take(line)
    this.#check()
  }

  close(): void {
    this.#finish()
  }

  /** There is no reason to wait for news any longer. */
  endWait(): void {
    this.#isWaitOver = true
    this.#check()
  }

  #take(line: string): void {
    const [name = '', attempt = 0] = answeredBy(line) ?? []
    if (attempt >= (this.#questions.get(name) ?? Number.POSITIVE_INFINITY)) this.#questions.delete(name)
    const isSilence =
      line.startsWith('{"type":"baro:connected"') ||
      line.startsWith('{"type":"baro:heartbeat"') ||
      (line.startsWith('{"type":"baro:recovered"') && line.endsWith('"publications":[]}}'))
    if (!isSilence) this.#hasNews = true
    this.#written.push(line)
  }

  #check(): void {
    if (this.#questions.size === 0 && (this.#hasNews || this.#isWaitOver)) this.#finish()
  }
}
