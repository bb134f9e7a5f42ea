import type { Framing, Socket } from '../ports/socket.ts'

// One message a line, so that an answer can be put together without being parsed.
const lines: Framing = { name: 'sdk-lines', frame: (text) => Buffer.from(`${text}\n`) }

/** Messages of a client that the hub answers, each with one message. */
const questions: ReadonlySet<string> = new Set(['baro:connect', 'baro:subscribe', 'baro:publish', 'baro:request'])

/** The type of a message the hub has written, without parsing the rest of it. */
const typeOf = /^\{"type":"(baro:[a-z]+)"/

const answers: ReadonlySet<string> = new Set([
  'baro:connected',
  'baro:recovered',
  'baro:reset',
  'baro:published',
  'baro:answer',
  'baro:error',
])

/**
 * The socket of a session that is one request: keeps what the hub writes until it is worth answering with. That is when
 * every question of the request has its answer, and there is news or the wait is over.
 */
export class AnswerCollector implements Socket {
  readonly framing: Framing = lines
  /** Settles when the answer should leave. */
  readonly ready: Promise<void>
  #finish: () => void = () => {}
  #written: string[] = []
  // What is written waits until the answer leaves, so a reader that has written enough is cut, and goes on next time.
  #waitingBytes = 0
  #unanswered: number
  #hasNews = false
  #isWaitOver = false

  constructor(asked: readonly { readonly type?: unknown }[]) {
    this.#unanswered = asked.filter(({ type }) => questions.has(String(type))).length
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

  write(bytes: Uint8Array): void {
    this.#waitingBytes += bytes.length
    for (const line of Buffer.from(bytes).toString().split('\n')) if (line !== '') this.#take(line)
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
    const type = typeOf.exec(line)?.[1] ?? ''
    if (answers.has(type)) this.#unanswered--
    const isSilence =
      type === 'baro:connected' ||
      type === 'baro:heartbeat' ||
      (type === 'baro:recovered' && line.endsWith('"publications":[]}}'))
    if (!isSilence) this.#hasNews = true
    this.#written.push(line)
  }

  #check(): void {
    if (this.#unanswered <= 0 && (this.#hasNews || this.#isWaitOver)) this.#finish()
  }
}
