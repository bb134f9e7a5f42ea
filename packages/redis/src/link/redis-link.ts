import { BaroError } from '@baro/core'
import type { Cancel, Clock } from '@baro/core/broker'
import type { Script } from '../scripts/script.ts'
import { Deadlines } from './deadlines.ts'
import { errorOf, failureOf, isFromReplica } from './failure.ts'
import type { Argument, Reply, Texts, Wire } from './wire.ts'

/** What a link works with. */
export interface LinkParts {
  readonly wire: Wire
  readonly clock: Clock
  /** For how long a call waits for Redis, in milliseconds. */
  readonly waitMs: number
  /** What is done about a part that was lost, before the call is sent again. */
  readonly repair: () => Promise<void>
}

/** Whether a call that may have happened is made again: only where that changes nothing. */
export type Repeat = 'repeatable' | 'once'

interface Call {
  readonly script: Script
  readonly key: string
  readonly args: readonly Argument[]
  readonly repeat: Repeat
  readonly texts: Texts
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
  repairs: number
  isOver: boolean
}

const retryAfterMs = 50
/** More calls than these do not wait for Redis to come back: they would only fill the memory. */
const mostWaiting = 20_000

/**
 * Runs scripts, and waits where Redis is away: for so long, and for so many calls. What has not been sent yet waits in its order. What was
 * sent and not answered is `unavailable`, because nobody knows, unless it may be repeated.
 */
export class RedisLink {
  readonly #parts: LinkParts
  readonly #deadlines: Deadlines
  #waiting: Call[] = []
  #retry: Cancel | undefined
  #isClosed = false

  constructor(parts: LinkParts) {
    this.#parts = parts
    this.#deadlines = new Deadlines(parts.clock, parts.waitMs)
  }

  /** Whether calls wait because Redis is away. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** @throws {BaroError} `unavailable` if Redis does not answer in time, or refuses. */
  run(
    script: Script,
    key: string,
    args: readonly Argument[],
    repeat: Repeat,
    texts: Texts = 'as text',
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(closed())
      if (this.#waiting.length >= mostWaiting)
        return reject(new BaroError('unavailable', `${mostWaiting} calls wait for Redis already. Try again later.`))
      const over = this.#deadlines.add(() => {
        call.reject(
          new BaroError(
            'unavailable',
            this.#isClosed ? closed().message : `Redis has not answered for ${this.#parts.waitMs} ms. Try again later.`,
          ),
        )
      })
      const end = <T>(tell: (value: T) => void) => {
        return (value: T) => {
          if (call.isOver) return
          call.isOver = true
          over()
          tell(value)
        }
      }
      const call: Call = {
        ...{ script, key, args, repeat, texts, repairs: 0, isOver: false },
        resolve: end(resolve),
        reject: end(reject),
      }
      // Whoever comes later must not overtake who waits already.
      if (this.#waiting.length > 0) this.#wait(call)
      else this.#send(call)
    })
  }

  /** There may be a connection again. */
  tryAgain(): void {
    this.#retry?.()
    this.#retry = undefined
    const waiting = this.#waiting
    this.#waiting = []
    for (const call of waiting) if (!call.isOver) this.#send(call)
  }

  close(): void {
    this.#isClosed = true
    this.#retry?.()
    this.#waiting = []
    this.#deadlines.close()
  }

  #send(call: Call, isLoaded = true): void {
    const { script, key, args } = call
    // The second key never exists. While a cluster moves the slot, Redis refuses a command whose keys are not all in one place (`TRYAGAIN`): so
    // no script ever sees a bucket of which a part has moved.
    const keys = ['2', key, `${key}:none`]
    const command = [isLoaded ? 'EVALSHA' : 'EVAL', isLoaded ? script.sha : script.text, ...keys, ...args]
    this.#parts.wire.send(key, command, call.texts).then(call.resolve, (error) => this.#failed(call, error))
  }

  #failed(call: Call, error: unknown): void {
    if (call.isOver || this.#isClosed) return
    const failure = failureOf(error)
    if (isFromReplica(error)) this.#parts.wire.lookAgain()
    if (failure === 'no-script') return this.#send(call, false)
    if (failure === 'lost' && call.repairs++ < 3) {
      this.#parts.repair().then(() => this.#send(call), call.reject)
      return
    }
    if (failure === 'not-yet' || (failure === 'unknown' && call.repeat === 'repeatable')) return this.#wait(call)
    call.reject(errorOf(failure, error))
  }

  #wait(call: Call): void {
    this.#waiting.push(call)
    this.#retry ??= this.#parts.clock.after(retryAfterMs, () => this.tryAgain())
  }
}

function closed(): BaroError {
  return new BaroError('unavailable', 'The broker is closed. Make a new one.')
}
