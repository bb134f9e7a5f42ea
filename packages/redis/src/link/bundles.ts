import { BaroError } from '@baro/core'
import { ErrorReply } from '@redis/client'
import type { EachScript } from '../scripts/script.ts'
import { errorOf, failureOf } from './failure.ts'
import type { Pace } from './pace.ts'
import type { RedisLink, Repeat } from './redis-link.ts'
import type { Reply, Wire } from './wire.ts'

/** What bundles work with. */
export interface BundlesParts {
  readonly link: Pick<RedisLink, 'run' | 'isWaiting'>
  readonly wire: Pick<Wire, 'together'>
  readonly pace: Pace
  /** The moment that all of a bundle happen at; empty for that of Redis. */
  readonly time: () => string
  /** What is done about a part that was lost, before who found it is sent again. */
  readonly repair: () => Promise<void>
}

/** One call, on its way with others. */
interface Item {
  readonly key: string
  readonly args: readonly string[]
  readonly resolve: (answer: string) => void
  readonly reject: (error: unknown) => void
  repairs: number
}

/** Redis does nothing else meanwhile: these take it about a millisecond. */
const mostInBundle = 64
/** More than these do not wait for Redis to come back. */
const mostWaiting = 20_000
const mostRepairs = 3

/**
 * What one turn of the event loop, or two busy milliseconds, ask of one script goes to each server as one command. A command costs a node as much as all else that it does
 * for a publish, so many channels share it.
 */
export class Bundles {
  readonly #parts: BundlesParts
  readonly #script: EachScript
  readonly #repeat: Repeat
  #gathered = new Map<string, Item[]>()
  #underWay = 0
  readonly #depart = () => this.#sendAll()

  constructor(script: EachScript, repeat: Repeat, parts: BundlesParts) {
    this.#parts = parts
    this.#script = script
    this.#repeat = repeat
  }

  /** @throws {BaroError} `unavailable` if Redis does not answer in time, or refuses. */
  run(key: string, args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#underWay >= mostWaiting && this.#parts.link.isWaiting)
        return reject(new BaroError('unavailable', `${mostWaiting} calls wait for Redis already. Try again later.`))
      this.#underWay++
      this.#gather({ key, args, resolve, reject, repairs: 0 })
    })
  }

  #gather(item: Item): void {
    const together = this.#parts.wire.together(item.key)
    const items = this.#gathered.get(together)
    if (items) items.push(item)
    else this.#gathered.set(together, [item])
    this.#parts.pace.join(this.#depart)
  }

  #sendAll(): void {
    const gathered = this.#gathered
    this.#gathered = new Map()
    for (const items of gathered.values())
      for (let from = 0; from < items.length; from += mostInBundle) this.#send(items.slice(from, from + mostInBundle))
  }

  #send(items: readonly Item[]): void {
    const args = [this.#parts.time()]
    for (const { key, args: own } of items) {
      args.push(String(own.length + 1), key)
      for (const arg of own) args.push(arg)
    }
    this.#parts.link.run(this.#script, items[0]?.key ?? '', args, this.#repeat).then(
      (answers) => this.#answered(items, answers as readonly Reply[]),
      (error) => {
        this.#underWay -= items.length
        for (const { reject } of items) reject(error)
      },
    )
  }

  #answered(items: readonly Item[], answers: readonly Reply[]): void {
    for (const [index, item] of items.entries()) {
      const answer = String(answers[index])
      if (answer.charCodeAt(0) === failed) this.#failed(item, new ErrorReply(answer.slice(1)))
      else {
        this.#underWay--
        item.resolve(answer)
      }
    }
  }

  #failed(item: Item, error: ErrorReply): void {
    const failure = failureOf(error)
    if (failure === 'lost' && item.repairs++ < mostRepairs) {
      this.#parts.repair().then(
        () => this.#gather(item),
        (unrepaired) => this.#rejected(item, unrepaired),
      )
      return
    }
    this.#rejected(item, errorOf(failure, error))
  }

  #rejected({ reject }: Item, error: unknown): void {
    this.#underWay--
    reject(error)
  }
}

const failed = '!'.charCodeAt(0)
