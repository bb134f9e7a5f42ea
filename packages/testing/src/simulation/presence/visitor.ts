/** A page in somebody's browser that shows who is here, and is here itself while it says so. */
import { type Client, createClient, type Subscription, type Transport } from '@baro/client'
import { type FollowedMembers, followMembers, type Tracking, track } from '@baro/client/members'
import { type Members, members, type TypesOf } from '@baro/core'
import type { HubClock } from '@baro/core/broker'
import { membersChannel, parsePosition } from '@baro/core/protocol'
import type { SeededRandomness } from '../../seeded-randomness.ts'
import { createProcessClock } from '../process-clock.ts'
import { Violation } from '../violation.ts'
import { lounge, type Said, theLounge } from './lounge.ts'
import type { PresenceTally } from './presence-tally.ts'
import { type SetTruth, textOf } from './set-truth.ts'

/** What a visitor works with. */
export interface VisitorParts {
  /** Its place in the network, which the page that was there before it had, too. */
  readonly client: string
  /** `undefined` for a guest. */
  readonly user: string | undefined
  /** What it is called: its user, or for a guest this life of the page. */
  readonly name: string
  /** A page that is not alive any more sends nothing. */
  transport(clock: HubClock, isAlive: () => boolean): Transport
  /** A token of its user. Throws while nobody gets one. */
  token(user: string): string
  readonly clock: HubClock
  readonly randomness: SeededRandomness
  readonly truth: SetTruth
  readonly tally: PresenceTally
}

/** What everybody must have come to. */
export interface Converged {
  /** Where the channel of the set stands. */
  readonly head: string
  /** The set as a new reader gets it. */
  readonly set: Members
  /** All members, also those of a large room. */
  readonly listed: readonly { readonly id: string; readonly name: string }[]
}

const silent = { info: () => {}, warn: () => {}, error: () => {} }

export class Visitor {
  readonly #parts: VisitorParts
  readonly #clock: ReturnType<typeof createProcessClock>
  readonly #client: Client
  readonly #room: Subscription
  readonly #list: Subscription
  readonly #here: FollowedMembers<Said>
  #user: string | undefined
  #name: string
  #mood = 0
  #tracking: Tracking<TypesOf<typeof lounge>> | undefined
  #isAlive = true
  #wasReset = 0

  constructor(parts: VisitorParts) {
    const { transport, randomness, token, clock } = parts
    this.#parts = parts
    this.#user = parts.user
    this.#name = parts.name
    this.#clock = createProcessClock(clock)
    this.#client = createClient({
      url: 'https://shop.example/baro',
      transport: this.#mortal(transport(this.#clock, () => this.#isAlive)),
      clock: this.#clock,
      randomness,
      log: silent,
      backoff: { baseMs: 200, maxMs: 5_000 },
      token: () => this.#user && token(this.#user),
    })
    this.#room = this.#client.subscribe(lounge, theLounge) as unknown as Subscription
    this.#list = this.#client.subscribe(membersChannel, members(theLounge))
    this.#here = followMembers(this.#client, theLounge, this.#clock)
    this.come()
  }

  get client(): string {
    return this.#parts.client
  }

  get name(): string {
    return this.#name
  }

  get user(): string | undefined {
    return this.#user
  }

  /** It wants to be here. */
  get isHere(): boolean {
    return this.#isAlive && this.#tracking !== undefined
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  come(): void {
    this.#tracking ??= track(this.#client, theLounge, this.#said, this.#clock)
  }

  go(): void {
    this.#tracking?.stop()
    this.#tracking = undefined
  }

  tell(): void {
    this.#mood++
    this.#tracking?.update(this.#said)
  }

  /** Somebody else signs in, and the application connects anew. */
  become(user: string): void {
    const wasHere = this.isHere
    // What one tells must not go out in the name of another.
    this.go()
    this.#client.reconnect()
    this.#user = user
    this.#name = user
    if (wasHere) this.come()
  }

  /** The tab is closed, or loads again: the browser says goodbye for it. */
  close(): void {
    this.#client.close()
    this.die()
  }

  /** Nothing it planned happens any more. */
  die(): void {
    this.#isAlive = false
    this.#clock.kill()
  }

  tryAgain(): void {
    if (this.#isAlive) this.#client.reconnect()
  }

  /** I9: what it shows is the set at the position where it stands. */
  look(): void {
    if (!this.#isAlive) return
    const { truth, tally } = this.#parts
    const { position } = this.#list.current
    const { current } = this.#here
    for (const { user, state } of current.list ?? [])
      if (user !== undefined && state.name !== user)
        throw new Violation('I9', `${user} is shown with what ${state.name} told`)
    if (position === undefined) return
    truth.assertIs(current, position)
    tally.count('list compared with the set')
    const { reset, recovered } = this.#client.counters
    if (reset > this.#wasReset) tally.count('list reset')
    this.#wasReset = reset
    if (recovered > 0) tally.count('list recovered')
  }

  /** Liveness: everything is live, its list is the newest, and it is in it, if it wants to. */
  assertConverged({ head, set, listed }: Converged): void {
    if (!this.#isAlive) return
    const { status, position } = this.#list.current
    const what = `${this.#name} on ${this.client}`
    for (const [thing, { state, reason }] of [
      ['list', status],
      ['room', this.#room.current.status],
      ['being here', this.#tracking?.status ?? status],
    ] as const)
      if (state !== 'live') throw new Violation('liveness', `the ${thing} of ${what} is ${state} (${reason})`)
    if (position !== head && !(isStart(position) && isStart(head)))
      throw new Violation('liveness', `the list of ${what} stands at ${position}, and the head is ${head}`)
    if (textOf(this.#here.current) !== textOf(set))
      throw new Violation('I9', `${what} shows ${textOf(this.#here.current)}, and the set is ${textOf(set)}`)
    const own = listed.find(({ name }) => name === this.#name)
    if (this.#tracking && !own) throw new Violation('I9', `${what} is here, and not in the set`)
    if (this.#here.me === undefined || (own && own.id !== this.#here.me))
      throw new Violation('I9', `${what} takes itself for ${this.#here.me}, and is ${own?.id}`)
    this.#parts.tally.count('knew which member it is')
  }

  get #said(): Said {
    return { name: this.#name, mood: this.#mood }
  }

  /** A transport whose links are silent once the page is dead. */
  #mortal(transport: Transport): Transport {
    return {
      rung: transport.rung,
      open: (url, events) => {
        const link = transport.open(url, {
          opened: () => this.#isAlive && events.opened(),
          received: (message) => this.#isAlive && events.received(message),
          closed: (code, reason) => this.#isAlive && events.closed(code, reason),
        })
        return {
          send: (message) => this.#isAlive && link.send(message),
          close: () => this.#isAlive && link.close(),
        }
      },
    }
  }
}

function isStart(position: string | undefined): boolean {
  const parsed = position === undefined ? undefined : parsePosition(position)
  return parsed?.ok === true && parsed.value.kind === 'at' && parsed.value.offset === 0
}
