/** Everything there is in a schedule of who is here: servers, their store, the network, and pages that come and go. */
import type { Transport } from '@baro/client'
import { createHttpTransport } from '@baro/client/transports'
import { BaroError, type Members, type MembersPage } from '@baro/core'
import type { Broker, HubClock } from '@baro/core/broker'
import { formatPosition, type MembersEntry, membersChannel } from '@baro/core/protocol'
import { createHub, createMemoryBroker, type Hub } from '@baro/server'
import { createFakeClock, type FakeClock } from '../../fake-clock.ts'
import { keepIn, type MemoryStore } from '../../memory-store.ts'
import { createRequests, type Requests } from '../../network/requests.ts'
import { createNetwork, type Network, type NetworkLink } from '../../network.ts'
import { createSeededRandomness, type SeededRandomness } from '../../seeded-randomness.ts'
import { type BrokerLink, createBrokerLink } from '../broker-link.ts'
import { createProcessClock } from '../process-clock.ts'
import { Tally } from '../tally.ts'
import { Violation } from '../violation.ts'
import { HookWatch } from './hook-watch.ts'
import { lounge, maxListedMembers, membersSet, type Said } from './lounge.ts'
import { nodeNames, type PresenceSchedule, users } from './presence-schedule.ts'
import type { PresenceTally } from './presence-tally.ts'
import { SetTruth, type Told } from './set-truth.ts'
import { type Converged, Visitor } from './visitor.ts'

/** What a mutant changes. */
export interface PresenceMutations {
  /** The store as all nodes see it. */
  readonly broker?: (broker: Broker) => Broker
  /** How long a page may take to load again; what is asserted goes by the real time. */
  readonly leaveAfterMs?: number
}

/** A running server process. */
interface PresenceNode {
  readonly hub: Hub
  readonly broker: BrokerLink
  kill(): void
}

/**
 * The documented bounds together (PROTOCOL.md, Members): a WebSocket is found dead after 20 s, just before that its node dies,
 * whose lease ends after 15 s, and another node looks 5 s later at most; then readers are told.
 */
const goneAfterMs = 41_000
/** The same over requests: one may be on its way for 15 s, is held for 25, and promises twice that. */
const goneOverRequestsMs = { poll: 15_000 + 10_000 + 21_000, 'long-poll': 15_000 + 25_000 + 50_000 + 21_000 } as const
const requestLateMs = 15_000
/** In which a page loads again. */
const leaveAfterMs = 2_000
/** Somebody who is reached again after a fault is back by then. */
const backAfterMs = 75_000
const tokensLastMs = [15_000, 40_000] as const
/** How often everything is looked at while time passes. */
const lookEveryMs = 5_000
const silent = { info: () => {}, warn: () => {}, error: () => {} }

/** What is known of somebody. */
interface Person {
  /** When a page of it wanted to be here for the last time. */
  lastHereMs: number
  /** When something kept its pages from the hub for the last time. */
  troubledMs: number
  /** Until when it may come back as if it had never been away. */
  staysUntilMs: number
  /** How long it may be listed once it is gone: longer over requests. */
  goneAfterMs: number
  timesLeft: number
}

export class PresenceWorld {
  readonly clock: FakeClock = createFakeClock()
  readonly randomness: SeededRandomness
  readonly tally: PresenceTally
  readonly schedule: PresenceSchedule
  readonly network: Network
  readonly requests: Requests
  readonly nodes: Map<string, PresenceNode> = new Map()
  readonly visitors: (Visitor | undefined)[] = []
  readonly #people = new Map<string, Person>()
  readonly #hooks: HookWatch
  readonly #truth: SetTruth
  readonly #mutations: PresenceMutations
  readonly #trace: (line: string) => void
  #store: MemoryStore
  #seen: Broker
  #failure: unknown
  #made = 0
  /** So many answers of the store are lost. */
  answersToLose = 0
  isIssuerAway = false
  isCalm = false
  /** Until when the nodes may not reach the store, or each other's members. */
  #troubleUntilMs = 0
  #avoided: string | undefined
  /** Clients that cannot reach every node. */
  readonly parted: Set<string> = new Set()

  constructor(
    seed: number,
    schedule: PresenceSchedule,
    tally: PresenceTally,
    mutations: PresenceMutations,
    trace: (line: string) => void,
  ) {
    this.randomness = createSeededRandomness(`lounge ${seed}`)
    this.schedule = schedule
    this.tally = tally
    this.#mutations = mutations
    this.#trace = trace
    this.#hooks = new HookWatch(() => this.clock.elapsed(), tally)
    this.#truth = new SetTruth({
      told: (told) => this.#told(told),
      appended: (entry) => this.#appended(entry),
      repeated: () => tally.count('step made again for its lost answer'),
      ranOut: () => tally.count('lease found run out by its node'),
    })
    this.network = createNetwork({
      clock: this.clock,
      randomness: this.randomness.fork('network'),
      closeTimeoutMs: 10_000,
      route: (_client, nodes) => {
        const others = nodes.filter((name) => name !== this.#avoided)
        const from = others.length > 0 ? others : nodes
        return from.length > 0 ? this.randomness.pick(from) : undefined
      },
      sent: (link, direction, text) =>
        trace(`${this.clock.elapsed()} ${link.client} ${direction === 'to-hub' ? '->' : '<-'} ${link.node} ${text}`),
    })
    this.requests = createRequests({
      clock: this.clock,
      randomness: this.randomness.fork('requests'),
      latencyMs: [1, 40],
      lateMs: requestLateMs,
      faults: { late: 0.04, doubled: 0.04, lost: 0.03, 'answer lost': 0.03 },
      passed: (_request, client, node, direction, body) =>
        trace(`${this.clock.elapsed()} ${client} ${direction === 'to-hub' ? '=>' : '<='} ${node} ${body}`),
      happened: () => {},
    })
    ;[this.#seen, this.#store] = this.#createStore()
    for (const name of nodeNames) this.startNode(name)
    if (schedule.requester) tally.count(`page over requests: ${schedule.requester.rung}`)
    if (schedule.hasExpiry) tally.count('tokens expire')
  }

  startNode(name: string): void {
    if (this.nodes.has(name)) return
    const { clock } = this
    const randomness = this.#fork(name)
    const processClock = createProcessClock(clock)
    const life = { node: '' }
    const link = createBrokerLink({
      broker: this.#losing(this.#store.open(), life),
      clock,
      randomness,
      tally: new Tally(),
      called: () => {},
    })
    const hub = createHub({
      channels: [lounge],
      broker: link,
      clock: processClock,
      randomness,
      log: silent,
      limits: { maxListedMembers, maxOutboxBytes: 4_096 },
      leaveAfterMs: this.#mutations.leaveAfterMs ?? leaveAfterMs,
      development: false,
      auth: ({ token }) => {
        const [id, expiresAtMs] = token?.split(' ') ?? []
        if (id === undefined) return undefined
        const until = Number(expiresAtMs)
        if (until <= processClock.now()) throw new BaroError('expired', 'Come back with a new token.')
        return { id, ...(Number.isFinite(until) && { expiresAtMs: until }) }
      },
    })
    const told =
      (hook: 'joined' | 'left') =>
      ({ user }: { readonly user: { readonly id: string } | undefined }) => {
        this.#trace(`${clock.elapsed()} ${name} told that ${user?.id} has ${hook}`)
        this.check(() => this.#hooks.ran(life.node, hook, user?.id))
      }
    hub.on(lounge, { access: 'public', joined: told('joined'), left: told('left') })
    this.nodes.set(name, {
      hub,
      broker: link,
      kill: () => {
        this.#hooks.died(life.node)
        processClock.kill()
        link.kill()
      },
    })
    this.network.listen(name, hub)
    this.requests.listen(name, hub)
    this.tally.count('node started')
  }

  /** A node's process ends without another word. */
  killNode(name: string, how: { readonly quietly: boolean }): void {
    this.nodes.get(name)?.kill()
    this.nodes.delete(name)
    this.network.crash(name, how)
    this.requests.crash(name, how)
  }

  /** The store is gone with all it kept, and the nodes with it. */
  loseStore(): void {
    void this.#seen.close()
    ;[this.#seen, this.#store] = this.#createStore()
  }

  /** A browser opens a page, in place of the one that was there. */
  open(client: number): Visitor {
    const user = this.visitors[client]?.user ?? users[client]
    const visitor = new Visitor({
      client: clientName(client),
      user,
      name: user ?? `guest-${++this.#made}`,
      transport: (clock, isAlive) => this.#transportOf(client, clock, isAlive),
      token: (of) => this.#tokenOf(of),
      clock: this.clock,
      randomness: this.#fork(clientName(client)),
      truth: this.#truth,
      tally: this.tally,
    })
    this.visitors[client] = visitor
    this.came(visitor)
    return visitor
  }

  /** A page wants to be here, from now on. */
  came(visitor: Visitor): void {
    const person = this.person(visitor.name)
    // Too late to have been there all the time.
    if (this.clock.elapsed() > person.staysUntilMs) this.trouble(visitor)
    const rung = this.#rungOf(visitor)
    if (rung) person.goneAfterMs = goneOverRequestsMs[rung]
    person.lastHereMs = this.clock.elapsed()
    person.staysUntilMs = Number.POSITIVE_INFINITY
  }

  /** A page of somebody does not want to be here any more; `mayComeBack`: it was closed, and may load again. */
  went(name: string, mayComeBack: boolean): void {
    const person = this.person(name)
    const nowMs = this.clock.elapsed()
    person.lastHereMs = nowMs
    // The hub learns of a goodbye a little later.
    person.staysUntilMs = mayComeBack ? nowMs + leaveAfterMs - 100 : nowMs
  }

  person(name: string): Person {
    const known = this.#people.get(name)
    if (known) return known
    const nowMs = this.clock.elapsed()
    const person: Person = { lastHereMs: nowMs, staysUntilMs: nowMs, troubledMs: nowMs, goneAfterMs, timesLeft: 0 }
    this.#people.set(name, person)
    return person
  }

  /** Something keeps this page from the hub. */
  trouble(visitor: Visitor | undefined): void {
    if (visitor) this.person(visitor.name).troubledMs = this.clock.elapsed()
  }

  troubleAll(): void {
    for (const person of this.#people.values()) person.troubledMs = this.clock.elapsed()
  }

  /** For so long the nodes may not find out what they need to. */
  troubleNodes(ms: number): void {
    this.#troubleUntilMs = Math.max(this.#troubleUntilMs, this.clock.elapsed() + ms)
  }

  /** New links go elsewhere for a moment. */
  avoid(node: string, ms: number): void {
    this.#avoided = node
    this.clock.after(ms, () => {
      this.#avoided = undefined
    })
  }

  linkOf(client: number): NetworkLink | undefined {
    return this.network.links.find((link) => link.isOpen && link.client === clientName(client))
  }

  check(assertion: () => void): void {
    try {
      assertion()
    } catch (error) {
      this.#failure ??= error
    }
  }

  /** Lets time pass, and looks at everything now and then. */
  async pass(ms: number): Promise<void> {
    let restMs = ms
    do {
      const stepMs = Math.min(restMs, lookEveryMs)
      await this.clock.pass(stepMs)
      this.look()
      restMs -= stepMs
    } while (restMs > 0)
  }

  /** Asserts I9 on what there is now. */
  look(): void {
    const nowMs = this.clock.elapsed()
    if (this.nodes.size === 0) this.troubleNodes(0)
    if (this.isIssuerAway) this.troubleAll()
    for (const visitor of this.visitors) {
      if (!visitor?.isHere) continue
      this.person(visitor.name).lastHereMs = nowMs
      if (this.parted.has(visitor.client) || this.#rungOf(visitor)) this.trouble(visitor)
    }
    if (this.#failure) throw this.#failure
    for (const visitor of this.visitors) visitor?.look()
    for (const { name } of this.#listed) this.#assertNoGhost(name, nowMs)
    this.#hooks.assertTold(this.#troubleUntilMs)
  }

  /** Who is in the set, as the store has it. */
  get #listed(): Converged['listed'] {
    // A broker in memory answers at once.
    const { members } = this.#seen.presence.members(membersSet, { limit: 1_000 }) as MembersPage
    return members.map(({ id, state }) => ({ id, name: (state as unknown as Said).name }))
  }

  /** I9, once nothing is in the way: everybody is shown who is here, and is among them who wants to be. */
  async assertConverged(): Promise<void> {
    const [head] = await this.#seen.heads([membersSet])
    const checkpoint = await this.#seen.readCheckpoint(membersSet, membersChannel.version)
    const converged: Converged = {
      head: head ? formatPosition(head) : '',
      set: (checkpoint?.state ?? { count: 0, list: [] }) as unknown as Members,
      listed: this.#listed,
    }
    for (const visitor of this.visitors) visitor?.assertConverged(converged)
  }

  /** Mends everything, so that nothing keeps anybody from being here. */
  heal(): void {
    this.isCalm = true
    this.answersToLose = 0
    this.isIssuerAway = false
    this.parted.clear()
    this.network.joinAll()
    this.requests.heal()
    for (const link of this.network.links) {
      if (link.isDamaged) link.breakFor(['client', 'hub'])
      else link.readOn()
    }
    for (const name of nodeNames) this.startNode(name)
    for (const { broker } of this.nodes.values()) {
      broker.delay(0)
      broker.stumble(0, 'all')
      broker.mend()
    }
    this.troubleNodes(0)
    this.troubleAll()
  }

  end(): void {
    for (const visitor of this.visitors) visitor?.die()
    for (const node of this.nodes.values()) node.kill()
  }

  #assertNoGhost(name: string, nowMs: number): void {
    const { lastHereMs, goneAfterMs: boundMs } = this.person(name)
    const goneMs = nowMs - Math.max(lastHereMs, Math.min(this.#troubleUntilMs, nowMs))
    if (goneMs > boundMs) throw new Violation('I9', `${name} is listed, and has been gone for ${goneMs} ms`)
  }

  #told(told: Told): void {
    this.#trace(`${this.clock.elapsed()} ${told.node} is told ${JSON.stringify(told)}`)
    this.#hooks.told(told)
    if (told.isFound) this.tally.count('node found dead')
    if (told.set !== membersSet) return
    const nowMs = this.clock.elapsed()
    for (const { state } of told.left) {
      const { name } = state as unknown as Said
      const person = this.person(name)
      person.timesLeft++
      const isHere = this.visitors.some((visitor) => visitor?.isHere && visitor.name === name)
      const undisturbedMs = nowMs - Math.max(person.troubledMs, this.#troubleUntilMs)
      if ((isHere || nowMs < person.staysUntilMs) && undisturbedMs > backAfterMs)
        this.check(() => {
          throw new Violation('I9', `${name} has left, and was here`)
        })
    }
  }

  #appended({ type, payload }: MembersEntry): void {
    const { tally } = this
    if (type === 'counted') return tally.count('room became large')
    if (type === 'listed') return tally.count('room listed its members again')
    for (const what of ['joined', 'changed', 'left'] as const) if (payload[what]) tally.count(what)
  }

  /** The store as one process has it: some answers are lost, and its name becomes known. */
  #losing(broker: Broker, life: { node: string }): Broker {
    const answer = <T>(value: T): T => {
      if (this.answersToLose === 0) return value
      this.answersToLose--
      this.tally.count('answer of the broker lost')
      throw new BaroError('unavailable', 'The answer was lost.')
    }
    const { presence } = broker
    return {
      ...broker,
      presence: {
        ...presence,
        touch: async (set, node, touch, terms) => {
          life.node = node
          return answer(await presence.touch(set, node, touch, terms))
        },
        expire: async (node, number) => {
          life.node = node
          return answer(await presence.expire(node, number))
        },
      },
    }
  }

  #createStore(): [Broker, MemoryStore] {
    const { clock } = this
    const seen = this.#truth.watch(createMemoryBroker({ clock, randomness: this.#fork('store'), log: silent }))
    return [seen, keepIn(this.#mutations.broker?.(seen) ?? seen)]
  }

  #transportOf(client: number, clock: HubClock, isAlive: () => boolean): Transport {
    const name = clientName(client)
    const { requester } = this.schedule
    if (client !== requester?.client) return this.network.transport(name)
    const ask = this.requests.fetch(name)
    const mortal: typeof fetch = (...args) => (isAlive() ? ask(...args) : new Promise(() => {}))
    return createHttpTransport(requester.rung, { fetch: mortal, clock, pollIntervalMs: 1_000 })
  }

  #rungOf({ client }: Visitor): 'poll' | 'long-poll' | undefined {
    const { requester } = this.schedule
    return requester && clientName(requester.client) === client ? requester.rung : undefined
  }

  #tokenOf(user: string): string {
    if (!this.schedule.hasExpiry) return user
    if (this.isIssuerAway) throw new Error('The issuer is away.')
    const [shortest, longest] = this.isCalm ? [3_600_000, 3_600_000] : tokensLastMs
    return `${user} ${this.clock.now() + this.randomness.integer(shortest, longest)}`
  }

  #fork(name: string): SeededRandomness {
    return this.randomness.fork(`${name} ${++this.#made}`)
  }
}

/** The name of a client in the network. */
export function clientName(client: number): string {
  return `client-${client}`
}
