import {
  type Client,
  type ClientLog,
  createClient,
  type Subscription,
  type Transport,
  type WakeEvents,
} from '@baro/client'
import { comparePositionTexts, isSnapshot, type Reference, type Snapshot, type TypesOf } from '@baro/core'
import type { HubClock } from '@baro/core/broker'
import { closeCodes, parsePosition, redactedType, tombstoneType } from '@baro/core/protocol'
import type { SeededRandomness } from '../seeded-randomness.ts'
import { type LosesBy, noteOf, noteWith, type Room, type Tail } from './channels.ts'
import {
  assertForward,
  assertNoGap,
  assertNothingSkipped,
  assertOrder,
  assertSameLife,
  assertShownOnce,
  assertStateIsTruth,
} from './invariants.ts'
import type { ClaimedBy, Ledger } from './ledger.ts'
import { refusedText } from './node.ts'
import { createProcessClock } from './process-clock.ts'
import type { Tally, TallyName } from './tally.ts'
import type { Truth } from './truth.ts'
import { Violation } from './violation.ts'
import { type Observation, observe, type Seen, startWatch } from './watch.ts'

/** What a page of the simulation is given: a reference, or a snapshot. */
export type RoomReference = Reference<TypesOf<Room>> | Snapshot<TypesOf<Room>>

/** What a page works with. */
export interface PageParts {
  /** Names this life of the page. */
  readonly name: string
  /** The definition in its bundle. */
  readonly room: Room
  readonly losesBy: LosesBy
  readonly rung: 'websocket' | 'poll' | 'long-poll'
  /** Makes the transport of the client, which lives as long as the page. */
  transport(clock: HubClock): Transport
  readonly clock: HubClock
  readonly randomness: SeededRandomness
  /** Names the user; `undefined` for a guest. */
  readonly user: string | undefined
  /** A token of a user; throws while there is none to be had. */
  tokenOf(user: string): string
  readonly truth: Truth
  readonly ledger: Ledger
  readonly tally: Tally
  readonly log: ClientLog
  /** What the client gets to see of what the page was rendered with; a mutant puts something else in its place. */
  alter(reference: RoomReference, shown: string | undefined): RoomReference
  /** Runs an assertion about something that the page was told. */
  check(assertion: () => void): void
}

/** One channel as a page has it. */
interface Held {
  readonly channel: string
  subscription: Subscription<TypesOf<Room>> | undefined
  /** What happened since the last look. */
  journal: Observation[]
  /** A snapshot is being offered to the client. */
  isOffering: boolean
  /** How many resets the client had seen when the page stopped following. */
  resetsBefore: number
  seen: Seen
}

/** Publishes without an answer that a page allows itself: fewer than a tail is long. */
const maxUnanswered = 6

/** How many of the publishes the application refuses. */
const refusedShare = 0.05

/** A page in somebody's browser: a real client, and what it showed. */
export class Page {
  readonly #parts: PageParts
  readonly #clock: ReturnType<typeof createProcessClock>
  readonly #client: Client
  readonly #held = new Map<string, Held>()
  readonly #unanswered = new Set<string>()
  #isAlive = true
  #wake: WakeEvents | undefined
  #lastCode = 0
  #user: string | undefined
  /** As whom a hub has let it in last. */
  #letIn: { readonly user: string | undefined } | undefined
  /** The application has begun anew since, perhaps as somebody else. */
  #isAnew = false
  #hasSlept = false

  constructor(parts: PageParts) {
    this.#parts = parts
    this.#user = parts.user
    this.#clock = createProcessClock(parts.clock)
    this.#client = createClient({
      url: 'https://shop.example/baro',
      transport: this.#watched(parts.transport(this.#clock)),
      clock: this.#clock,
      randomness: parts.randomness,
      log: parts.log,
      backoff: { baseMs: 200, maxMs: 5_000 },
      token: () => this.#user && parts.tokenOf(this.#user),
      wake: {
        listen: (events) => {
          this.#wake = events
          return () => {
            this.#wake = undefined
          }
        },
      },
    })
    this.#client.onStatus(({ state, reason }) => {
      if (state === 'needs-auth') parts.tally.count('client had no token')
      if (state !== 'waiting') return
      if (reason === 'offline') parts.tally.count('client offline')
      if (reason === 'no-answer') parts.tally.count('client found no answer')
      if (reason === 'silent' && this.#lastCode !== closeCodes.silent) parts.tally.count('client found silence')
    })
  }

  /** Follows a channel from what a page was rendered with, or offers it if the channel is followed already. */
  enter(reference: RoomReference): void {
    const { channel } = reference
    const held = this.#heldOf(channel)
    if (isSnapshot(reference)) this.#countOffer(held.seen, reference)
    const altered = this.#parts.alter(reference, held.seen.view?.position)
    if (held.subscription) {
      held.isOffering = true
      held.subscription.offer(altered)
      held.isOffering = false
      return
    }
    const subscription = this.#client.subscribe(this.#parts.room, altered)
    const mayBeReset = this.#client.counters.reset > held.resetsBefore
    held.subscription = subscription
    held.journal.push({ kind: 'entered', view: subscription.current, mayBeReset })
    subscription.onChange((view) => held.journal.push({ kind: 'shown', view, byPage: held.isOffering }))
    subscription.onPublication((publication) => held.journal.push({ kind: 'told', publication }))
  }

  /** Stops following a channel. */
  leave(channel: string): boolean {
    const held = this.#held.get(channel)
    if (!held?.subscription) return false
    held.subscription.close()
    held.subscription = undefined
    held.resetsBefore = this.#client.counters.reset
    return true
  }

  /** Whether it asks for what follows its position, and has no answer yet. */
  isCatchingUp(channel: string): boolean {
    return this.#held.get(channel)?.subscription?.current.status.state === 'connecting'
  }

  /** Whether it shows what the publication of this id says. */
  shows(channel: string, id: string): boolean {
    const { entries = [] } = (this.#held.get(channel)?.subscription?.current.state ?? {}) as Partial<Tail>
    return entries.some((entry) => entry.id === id && entry.text !== undefined)
  }

  holds(channel: string): boolean {
    return this.#held.get(channel)?.subscription !== undefined
  }

  publish(channel: string, bytes: number, claimedBy: ClaimedBy): void {
    const subscription = this.#held.get(channel)?.subscription
    if (!subscription || Math.max(this.#unanswered.size, subscription.current.pending.length) >= maxUnanswered) return
    const { name, ledger, randomness } = this.#parts
    const text = `page-${randomness.integer(0, 2 ** 48).toString(36)}`
    const note = noteWith(text, randomness.chance(refusedShare) ? `${refusedText}${text}` : text, bytes)
    const shown = new Set(subscription.current.pending)
    const published = subscription.publish('note', note, claimedBy === 'id' ? { id: text } : {})
    // A client makes the id of a turn by itself; what it shows early tells.
    const id = subscription.current.pending.find((one) => !shown.has(one))
    if (id === undefined) throw new Error(`The client does not show what was published to ${channel}.`)
    ledger.made(name, channel, id, claimedBy, this.#users)
    this.#unanswered.add(id)
    const answered = (tell: () => void) => {
      if (this.#unanswered.delete(id) && this.#isAlive) this.#parts.check(tell)
    }
    published.then(
      ({ position }) => answered(() => ledger.confirmed(id, position)),
      (error) => answered(() => ledger.rejected(id, error)),
    )
  }

  get user(): string | undefined {
    return this.#user
  }

  /** Somebody else signs in. `isAnew`: the application connects anew at once; else the next token tells. */
  become(user: string, isAnew: boolean): void {
    this.#user = user
    if (isAnew) this.#connectAnew()
  }

  /** The application connects anew where the page may not read: somebody may have let its user in again. */
  tryAgain(): boolean {
    const isRefused = [...this.#held.values()].some(
      ({ subscription }) => subscription?.current.status.state === 'refused',
    )
    if (isRefused) this.#connectAnew()
    return isRefused
  }

  #connectAnew(): void {
    this.#isAnew = true
    this.#client.reconnect()
  }

  hide(): boolean {
    this.#wake?.hidden()
    return this.#wake !== undefined
  }

  wake(): boolean {
    this.#wake?.woke()
    return this.#wake !== undefined
  }

  /** The network is gone, as far as the browser knows. */
  loseNetwork(): boolean {
    this.#wake?.offline()
    return this.#wake !== undefined
  }

  /** Its machine sleeps, and the browser gives no sign of it. */
  sleep(ms: number): void {
    this.#hasSlept = true
    this.#clock.sleep(ms)
  }

  /** The browser kills the page: no goodbye of the client's own, nothing it planned happens. */
  kill(): void {
    const { gaps, suppressed } = this.#client.counters
    this.#parts.tally.count('gap found by a client', gaps)
    this.#parts.tally.count('duplicate suppressed by a client', suppressed)
    this.#isAlive = false
    this.#clock.kill()
    for (const id of this.#unanswered) this.#parts.ledger.abandon(id)
  }

  /** Checks what happened since the last look. */
  look(): void {
    const { truth } = this.#parts
    for (const held of this.#held.values()) {
      const { journal } = held
      if (journal.length === 0) continue
      held.journal = []
      for (const observation of journal) {
        assertOrder(held.seen, observation)
        assertNoGap(held.seen, observation, truth)
        assertShownOnce(held.seen, observation)
        assertSameLife(held.seen, observation, truth)
        assertForward(held.seen, observation, truth)
        this.#count(held.seen, observation)
        held.seen = observe(held.seen, observation, truth)
      }
      if (!held.subscription) continue
      assertNothingSkipped(held.seen)
      assertStateIsTruth(held.seen, truth)
    }
  }

  /** Liveness: every channel that the page may read is live and shows the newest there is, and no other one is. */
  assertConverged(
    heads: ReadonlyMap<string, string>,
    mayRead: (user: string | undefined, channel: string) => boolean,
  ): void {
    for (const { channel, subscription } of this.#held.values()) {
      if (!subscription) continue
      const { status, position } = subscription.current
      if (!mayRead(this.#user, channel)) {
        // A link over requests that follows nothing hears nothing either, and is tried again.
        if (status.state === 'live')
          throw new Violation('I8', `${channel} is live for ${this.#user}, who may not read it`)
        this.#parts.tally.count('converged without a channel that may not be read')
        continue
      }
      if (status.state !== 'live')
        throw new Violation('liveness', `${channel} is ${status.state} (${status.reason}) when nothing is in the way`)
      // Where nothing was ever published, any epoch will do: the first publication tells.
      const isEmpty = isStart(position) && isStart(heads.get(channel))
      if (position !== heads.get(channel) && !isEmpty)
        throw new Violation('liveness', `${channel} stands at ${position}, and the head is ${heads.get(channel)}`)
    }
  }

  #heldOf(channel: string): Held {
    const known = this.#held.get(channel)
    if (known) return known
    const seen = startWatch(channel, this.#parts.losesBy)
    const held: Held = { channel, subscription: undefined, journal: [], isOffering: false, resetsBefore: 0, seen }
    this.#held.set(channel, held)
    return held
  }

  /** Before it is taken note of. */
  #count({ view }: Seen, observation: Observation): void {
    const { tally, rung } = this.#parts
    if (observation.kind !== 'told') {
      if (view?.position !== undefined && observation.view.position === undefined)
        tally.count('page blank until its reset')
      return
    }
    const { publication } = observation
    if (publication.type === redactedType) tally.count(`notice told over ${rung}`)
    else if (publication.type === tombstoneType) tally.count(`tombstone told over ${rung}`)
    else if (noteOf(publication).seal) tally.count('publication with bytes told')
  }

  #countOffer(seen: Seen, snapshot: Snapshot): void {
    const order = comparePositionTexts(snapshot.position, seen.view?.position ?? '')
    const { tally } = this.#parts
    if (order === 'newer') tally.count('page snapshot newer than the store')
    else if (order !== 'unrelated') tally.count('page snapshot not newer than the store')
    else if (seen.moment) tally.count('page snapshot of another life')
  }

  /** As whom what is published now may be done; anybody may be let in first. */
  get #users(): ReadonlySet<string | undefined> | undefined {
    return this.#letIn && !this.#isAnew ? new Set([this.#user, this.#letIn.user]) : undefined
  }

  #letInAs(user: string | undefined): void {
    if (this.#letIn && this.#letIn.user !== user) {
      this.#parts.tally.count('page let in as another user')
      this.#parts.ledger.doubtPage(this.#parts.name)
    }
    this.#letIn = { user }
    this.#isAnew = false
  }

  /** A transport whose links die with the page, and that counts how they end. */
  #watched(transport: Transport): Transport {
    return {
      rung: transport.rung,
      open: (url, events) => {
        const link = transport.open(url, {
          opened: () => this.#isAlive && events.opened(),
          received: (message) => {
            if (!this.#isAlive) return
            if (message.type === 'baro:connected') this.#letInAs(message.payload.user)
            events.received(message)
          },
          closed: (code, reason) => {
            this.#lastCode = code
            const name = closeTallies.get(code)
            if (name) this.#parts.tally.count(name)
            if (this.#isAlive) events.closed(code, reason)
          },
        })
        return {
          send: (message) => {
            if (!this.#isAlive) return
            if (message.type === 'baro:heartbeat' && message.payload.probe && this.#hasSlept) {
              this.#hasSlept = false
              this.#parts.tally.count('link probed after a sleep')
            }
            if (message.type === 'baro:publish') this.#parts.ledger.handedOn(message.payload.id)
            link.send(message)
          },
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

const closeTallies: ReadonlyMap<number, TallyName> = new Map([
  [closeCodes.drain, 'closed: drain'],
  [closeCodes.silent, 'closed: silent'],
  [closeCodes.slow, 'closed: slow'],
  [closeCodes.expired, 'closed: expired'],
  [closeCodes['no-connect'], 'closed: no-connect'],
])
