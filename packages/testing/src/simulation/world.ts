import type { Transport } from '@baro/client'
import { createHttpTransport } from '@baro/client/transports'
import { isSnapshot, type Log, liveValue, type Snapshot, type TypesOf } from '@baro/core'
import { type Broker, type Clock, type NodeMessage, type Recover, recover } from '@baro/core/broker'
import { type AtPosition, formatPosition, noPosition, parsePosition } from '@baro/core/protocol'
import type { Limits } from '@baro/server'
import type { Guards } from '@baro/server/parts'
import { createFakeClock, type FakeClock, settled } from '../fake-clock.ts'
import { keepIn, type MemoryStore } from '../memory-store.ts'
import { createRequests, type RequestEvent, type Requests } from '../network/requests.ts'
import { createNetwork, type Direction, type Network, type NetworkLink } from '../network.ts'
import { createSeededRandomness, type SeededRandomness } from '../seeded-randomness.ts'
import { amongOthers, type BadKind, badMessage } from './bad-messages.ts'
import { createBrokerLink } from './broker-link.ts'
import { type Room, room, roomIds, rooms, type Tail, tailLength } from './channels.ts'
import { assertBounded, assertEntriesAreTruth, assertNotReplayed, assertPublishedOnce } from './invariants.ts'
import { Issuer } from './issuer.ts'
import { Ledger } from './ledger.ts'
import { Members } from './members.ts'
import { limits, publishWindowMs, type SimulatedNode, startNode } from './node.ts'
import { Page, type RoomReference } from './page.ts'
import { PageCache } from './page-cache.ts'
import { type Ending, type NodeLife, PermissionWatch } from './permission-watch.ts'
import { createRewindableBroker, type RewindableBroker } from './rewindable-broker.ts'
import { type Action, type Ground, nodeNames } from './schedule.ts'
import type { Tally, TallyName } from './tally.ts'
import { isTick, Ticks } from './ticks.ts'
import { Truth } from './truth.ts'
import { createViewBroker, type ViewBroker } from './view-broker.ts'
import { Violation } from './violation.ts'
import { WireWatch } from './wire-watch.ts'

/** What a mutant changes to show that the simulation notices. */
export interface Mutations {
  /** The decision between recovered and reset. */
  readonly recover?: Recover
  /** Bounds of each session; the invariants go by the real ones. */
  readonly limits?: Partial<Limits>
  /** A store that restarts with its disk has forgotten everything all the same. */
  readonly isDiskForgetful?: boolean
  /** The broker as all nodes see it. */
  readonly broker?: (broker: Broker) => Broker
  /** The transport as clients see it. */
  readonly transport?: (transport: Transport) => Transport
  /** What decides on every node who may read. */
  readonly guards?: Omit<Guards, 'recover'>
  /** Bodies of requests that a node refuses as a whole. */
  readonly refuses?: (body: string) => boolean
  /** What pages, and what nodes have in the place of their definition. */
  readonly definition?: (room: Room, of: 'page' | 'node') => Room
  /** What a page was rendered with, as its client sees it, given the position the page shows. */
  readonly reference?: (reference: RoomReference, shown: string | undefined) => RoomReference
}

/** Nobody follows, reads or appends for so long: the broker forgets the channel. */
const idleTtlMs = 10_000
/** Calls a node may make between two looks; more is an endless loop. */
const maxCalls = 5_000
/** Part of the publish window after which a client takes its producer for forgotten. */
const trusted = 0.9
/** How late a request comes at most: less than what claims are remembered beyond the publish window. */
const requestLateMs = 15_000
const pollIntervalMs = 1_000
/** How long tokens last, and how long they last at least once nothing is in the way any more. */
const [tokensLastMs, calmTokensLastMs] = [
  [3_000, 40_000],
  [15_000, 40_000],
] as const
/** How long an application waits until it tells again what could not be told. */
const tellAgainMs = 1_000

const requestTallies: Readonly<Record<RequestEvent, TallyName>> = {
  late: 'request late',
  doubled: 'request doubled',
  lost: 'request lost',
  'answer lost': 'answer to a request lost',
  overtook: 'request overtook another',
  'came after its link': 'request arrived after its link',
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const silent: Log = quiet

/** Everything there is in a schedule: servers, their store, the network, and pages in browsers. */
export class World {
  readonly clock: FakeClock = createFakeClock()
  readonly randomness: SeededRandomness
  readonly tally: Tally
  readonly truth: Truth = new Truth()
  readonly ledger: Ledger
  readonly network: Network
  readonly requests: Requests
  readonly ground: Ground
  readonly cache: PageCache
  readonly nodes: Map<string, SimulatedNode> = new Map()
  readonly pages: (Page | undefined)[] = []
  readonly ticks: Ticks
  readonly issuer: Issuer
  readonly members: Members = new Members()
  readonly permissions: PermissionWatch
  broker: RewindableBroker
  /** The broker as a view, in schedules on one. */
  #view: ViewBroker | undefined
  #store: MemoryStore
  readonly #mutations: Mutations
  readonly #wire: WireWatch
  #failure: unknown
  #claimsEpoch = ''
  #calls = 0
  #isCalm = false
  #made = 0
  /** By client: what its next request will hold that no hub can take. */
  readonly #bad = new Map<string, string>()
  /** By client: names the life of its page. */
  readonly #pageNames = new Map<string, string>()

  constructor(seed: number, ground: Ground, tally: Tally, mutations: Mutations, trace: (line: string) => void) {
    this.ground = ground
    this.randomness = createSeededRandomness(`world ${seed}`)
    this.tally = tally
    this.#mutations = mutations
    this.ledger = new Ledger({
      truth: this.truth,
      tally,
      publishWindowMs,
      elapsedMs: () => this.clock.elapsed(),
      cameTwice: (id) => this.#wire.cameTwice(id),
    })
    this.issuer = new Issuer({
      clock: this.clock,
      randomness: this.randomness.fork('issuer'),
      lastsMs: () => (ground.hasExpiry ? (this.#isCalm ? calmTokensLastMs : tokensLastMs) : undefined),
    })
    this.permissions = new PermissionWatch({
      clock: this.clock,
      issuer: this.issuer,
      tally,
      check: (assertion) => this.check(assertion),
    })
    this.#wire = new WireWatch({
      tally,
      ledger: this.ledger,
      producerAgeMs: trusted * publishWindowMs,
      elapsedMs: () => this.clock.elapsed(),
      claimsEpoch: () => this.#claimsEpoch,
      recoveredTo: (channel, position, publications) =>
        this.check(() => assertNotReplayed(publications, this.truth.at(channel, position))),
      resetFrom: (channel, position) => void this.#assertOtherLife(channel, position),
      check: (assertion) => this.check(assertion),
    })
    const sent = (way: object, client: string, node: string, direction: Direction, text: string) => {
      trace(`${this.clock.elapsed()} ${client} ${direction === 'to-hub' ? '->' : '<-'} ${node} ${text}`)
      this.#wire.sent(way, this.#pageNames.get(client) ?? client, direction, text)
      this.permissions.sent(way, node, direction, text)
    }
    this.network = createNetwork({
      clock: this.clock,
      randomness: this.randomness.fork('network'),
      sent: (link, direction, text) => sent(link, link.client, link.node, direction, text),
      struck: (fault, text) => {
        if (fault === 'duplicate') this.#wire.doubledMessage(text)
      },
      closeTimeoutMs: 10_000,
    })
    this.requests = createRequests({
      clock: this.clock,
      randomness: this.randomness.fork('requests'),
      latencyMs: [1, 40],
      lateMs: requestLateMs,
      faults: { late: 0.08, doubled: 0.06, lost: 0.05, 'answer lost': 0.05 },
      passed: (request, client, node, direction, body) => {
        const messages = messagesOf(body)
        for (const message of messages) sent(request, client, node, direction, message)
        this.#wire.passed(request, direction, body, messages)
        if (direction === 'to-client') this.permissions.answered(request)
      },
      change: (client, body) => this.#spoil(client, body),
      ...(mutations.refuses && { refuses: mutations.refuses }),
      happened: (event, request) => {
        tally.count(requestTallies[event])
        if (event === 'doubled' && request) this.#wire.doubled(request)
      },
    })
    this.cache = new PageCache(this.randomness.fork('cache'))
    this.ticks = new Ticks(() => this.clock.elapsed(), 0.8 * publishWindowMs)
    this.broker = this.#createBroker()
    this.#store = this.#createStore()
    for (const name of nodeNames) this.startNode(name)
    if (ground.streams !== 'dense')
      tally.count(ground.streams === 'view' ? 'schedule on a view of a larger stream' : 'schedule on a sparse stream')
    if (ground.requester) tally.count(`schedule with a page over requests: ${ground.requester.rung}`)
    if (ground.hasExpiry) tally.count('schedule with tokens that expire')
    if (ground.losesBy === 'history') tally.count('schedule whose state is folded anew')
  }

  /** Starts a node if it is down. */
  startNode(name: string): void {
    if (this.nodes.has(name)) return
    const { clock, tally } = this
    const randomness = this.#fork(name)
    const life: NodeLife = { name }
    const broker = createBrokerLink({
      broker: this.#store.open(),
      clock,
      randomness,
      tally,
      called: () => this.#called(),
      hearing: (message) => this.#hearing(life, message),
      missing: () => this.permissions.missed(life),
    })
    const node = startNode({
      name,
      room: this.#roomOf('node'),
      clock,
      randomness,
      broker,
      recover: this.#mutations.recover ?? recover,
      limits: this.#mutations.limits ?? limits,
      guards: this.#mutations.guards ?? {},
      issuer: this.issuer,
      members: this.members,
      permissions: this.permissions,
      life,
      tally,
      log: silent,
      isCalm: () => this.#isCalm,
      doubted: (id) => this.ledger.doubtOne(id),
      waits: (user, channel) => this.#strikeMeanwhile(user, channel),
      publishes: (id, user) => this.check(() => this.ledger.doneAs(id, user)),
    })
    this.nodes.set(name, node)
    this.network.listen(name, node.hub)
    this.requests.listen(name, node.hub)
  }

  /** A node's process ends without another word. */
  killNode(name: string, how: { readonly quietly: boolean }): void {
    this.nodes.get(name)?.kill()
    this.nodes.delete(name)
    this.network.crash(name, how)
    this.requests.crash(name, how)
  }

  /**
   * The store of all nodes ends. With a disk it is back after a while, and has kept everything: alone, or in one process
   * with each node. Without one it is gone with all it kept; a new one is empty, and the nodes restart with it.
   */
  async restartBroker({ withNodes, downMs }: Extract<Action, { do: 'restart-broker' }>): Promise<void> {
    this.ledger.doubt()
    const names = roomIds.map((id) => room({ id }).channel)
    const before = await this.broker.heads(names)
    if (this.ground.hasDisk && !withNodes) {
      this.tally.count('store restarted with its disk')
      const cut = [...this.nodes.values()].filter(({ broker }) => !broker.isCut)
      for (const { broker } of cut) broker.cut()
      this.clock.after(downMs, () => {
        for (const { broker } of cut) broker.mend()
      })
      return
    }
    for (const name of [...this.nodes.keys()]) this.killNode(name, { quietly: false })
    if (this.ground.hasDisk) {
      this.tally.count('nodes restarted with their disk')
      if (this.#mutations.isDiskForgetful) this.#replaceStore()
      assertKept(before, await this.broker.heads(names))
    } else {
      this.tally.count('broker restarted')
      void this.broker.close()
      this.truth.beginLife((id) => isTick(id) || this.#wire.mayRepeat(id))
      this.ticks.beginLife()
      this.#replaceStore()
    }
    for (const name of nodeNames) this.startNode(name)
  }

  /** What is remembered of publishes is lost, and nothing else. */
  loseClaims(): void {
    this.ledger.doubt()
    this.ticks.repeatNone()
    this.truth.beginLife((id) => this.#wire.mayRepeat(id))
    this.#store.loseClaims()
    this.#askClaimsEpoch()
  }

  /** The larger stream goes on beside the view of it. */
  async moveAlone(channel: string): Promise<void> {
    if (!this.#view) return
    this.tally.count('position moved alone')
    await this.#view.moveAlone(channel)
  }

  /** A browser opens a page, in place of the one that was there. */
  openPage(client: number, references: readonly RoomReference[]): Page {
    const page = new Page({
      name: this.#beginPage(client),
      room: this.#roomOf('page'),
      losesBy: this.ground.losesBy,
      rung: this.ground.requester?.client === client ? this.ground.requester.rung : 'websocket',
      transport: (clock) => {
        const transport = this.#transportOf(client, clock)
        return this.#mutations.transport?.(transport) ?? transport
      },
      clock: this.clock,
      randomness: this.#fork(clientName(client)),
      // The first is a guest, whose ids are its own; the others are users on any device.
      user: client === 0 ? undefined : `user-${client}`,
      tokenOf: (user) => this.#tokenOf(user),
      truth: this.truth,
      ledger: this.ledger,
      tally: this.tally,
      log: quiet,
      alter: this.#mutations.reference ?? ((reference) => reference),
      check: (assertion) => this.check(assertion),
    })
    this.pages[client] = page
    for (const reference of references) page.enter(reference)
    return page
  }

  /** The application takes back what a user may read, and says so. */
  revoke(user: string, channels: readonly string[]): void {
    this.members.putOut(user, channels)
    this.#end(this.permissions.ends(user, channels))
  }

  /** The application ends all that a user has open, and the tokens that the user has. */
  disconnect(user: string): void {
    this.issuer.endAllOf(user)
    this.#end(this.permissions.ends(user, undefined))
  }

  /** While a rule or an `auth` is on its way, what it looked at changes now and then. */
  #strikeMeanwhile(user: string, channel: string | undefined): void {
    if (!this.ground.hasExpiry || !this.randomness.chance(0.3)) return
    this.clock.after(this.randomness.integer(1, 500), () => {
      if (this.#isCalm) return
      if (channel === undefined) this.disconnect(user)
      else this.revoke(user, [channel])
    })
  }

  /** One node is told what has ended, and tells the others; again, as long as they could not be told. */
  #end(ending: Ending): void {
    const { user, channels } = ending
    const node = this.nodes.size > 0 ? this.randomness.pick([...this.nodes.values()]) : undefined
    const again = () => {
      this.clock.after(tellAgainMs, () => {
        // Whoever was let in again must not be put out by what comes late.
        if (channels?.every((channel) => this.members.mayRead(user, channel))) return
        this.#end(ending)
      })
    }
    if (!node) return again()
    this.permissions.knows(node.life, ending)
    const [only] = channels ?? []
    const told = !channels
      ? node.hub.disconnect({ user })
      : node.hub.revoke({ user, ...(channels.length === 1 && only !== undefined && { channel: { channel: only } }) })
    told.catch(again)
  }

  #hearing(life: NodeLife, { type, payload }: NodeMessage): void {
    if (type !== 'baro:revoked') return
    const { user, follows } = payload as { readonly user: string; readonly follows?: string | null }
    const all = roomIds.map((id) => room({ id }).channel)
    const channels = follows === undefined ? undefined : follows === null ? all : [follows]
    this.permissions.heard(life, user, channels)
  }

  #tokenOf(user: string): string {
    if (this.issuer.isAway) throw new Error('The issuer is away.')
    return this.issuer.issue(user)
  }

  /** The link of a client's page, if it has one. */
  linkOf(client: number): NetworkLink | undefined {
    return this.network.links.find((link) => link.isOpen && link.client === clientName(client))
  }

  /** A client's page says something that no hub can take: on its link, or among the messages of its next request. */
  sayBad(client: number, kind: BadKind): void {
    const text = badMessage(kind, this.#made++)
    if (client === this.ground.requester?.client) this.#bad.set(clientName(client), text)
    const link = this.linkOf(client)
    if (!link) return
    this.tally.count('bad message on a link')
    link.inject(text)
  }

  /** What a page is rendered with now; without a node, as at a build. */
  async render(channel: string): Promise<RoomReference> {
    const id = channel.slice(channel.indexOf(':') + 1)
    const node = this.nodes.size > 0 ? this.randomness.pick([...this.nodes.values()]) : undefined
    // A node that does not answer at once cannot render.
    const snapshot = node?.hub.snapshot(room({ id })).catch(() => undefined)
    const rendered = await Promise.race([snapshot, settled()])
    if (rendered) this.check(() => this.assertRendered(rendered))
    return rendered ?? builtSnapshot(channel)
  }

  /** What a hub renders has lost what was taken back, however soon before. */
  assertRendered({ channel, position, value }: Snapshot<TypesOf<Room>>): void {
    const moment = this.truth.at(channel, position)
    const { entries } = liveValue(value) as Tail
    const { losesBy } = this.ground
    if (moment) assertEntriesAreTruth({ channel, losesBy, entries, most: tailLength, moment }, this.truth)
  }

  /** Whether a page shows what was taken back since it was rendered. */
  holdsTakenBack(reference: RoomReference): boolean {
    const { entries = [] } = (isSnapshot(reference) ? reference.value : {}) as Partial<Tail>
    return entries.some(({ id, text }) => text !== undefined && this.truth.wasTakenBack(reference.channel, id))
  }

  /** Remembers the first thing that went wrong. */
  fail(error: unknown): void {
    this.#failure ??= error
  }

  /** Runs an assertion about something that happened outside of a look. */
  check(assertion: () => void): void {
    try {
      assertion()
    } catch (error) {
      this.fail(error)
    }
  }

  /** Lets time pass, in which whatever is due happens, then looks at everything. */
  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms)
    this.look()
  }

  /** Ends everything, and counts what is counted by those who lived until now. */
  end(): void {
    for (const page of this.pages) page?.kill()
    for (const node of this.nodes.values()) node.kill()
    this.tally.count('message lost', this.network.faults.lose)
    this.tally.count('message duplicated', this.network.faults.duplicate)
    this.tally.count('message reordered', this.network.faults.reorder)
  }

  /** Mends everything, so that nothing keeps anybody from catching up. */
  heal(): void {
    this.#isCalm = true
    this.network.joinAll()
    this.requests.heal()
    for (const link of this.network.links) {
      // A stream transport that lost or doubled something would have ended. What is silent, both sides must find out.
      if (link.isDamaged) link.breakFor(['client', 'hub'])
      else link.readOn()
    }
    for (const name of nodeNames) this.startNode(name)
    for (const { broker } of this.nodes.values()) {
      broker.delay(0)
      for (const kind of ['all', 'appends', 'redactions'] as const) broker.stumble(0, kind)
      broker.mend()
    }
    this.issuer.isAway = false
    for (const [user, channel] of this.members.out) this.revoke(user, [channel])
    for (const page of this.pages) page?.wake()
    for (const page of this.pages) page?.tryAgain()
  }

  /** Asserts all invariants on what has happened since the last look. */
  look(): void {
    this.#calls = 0
    if (this.#failure) throw this.#failure
    for (const page of this.pages) page?.look()
    this.permissions.assertNoneHeld(this.requests.held)
    assertPublishedOnce(this.truth)
    assertBounded(this.network.links, limits.maxOutboxBytes + limits.maxReplyBytes + this.#wire.longest)
  }

  #createBroker(): RewindableBroker {
    const { clock, truth, tally } = this
    const randomness = this.#fork('broker')
    const beganAnew = () => tally.count('channel began a new life after being dropped')
    const undone = () => tally.count('redaction lost with what the store lost')
    const isSparse = this.ground.streams === 'sparse'
    return createRewindableBroker({ clock, randomness, truth, idleTtlMs, isSparse, log: silent, beganAnew, undone })
  }

  /** A reset says that a position is of another life: then the channel is in another one. */
  async #assertOtherLife(channel: string, position: string): Promise<void> {
    const [head] = await this.broker.heads([channel])
    const asked = parsePosition(position)
    if (asked.ok && asked.value.kind === 'at' && asked.value.epoch === head?.epoch)
      this.fail(new Violation('recovery', `${channel}: ${position} is of this life, and was answered as another's`))
  }

  #replaceStore(): void {
    this.broker = this.#createBroker()
    this.#store = this.#createStore()
  }

  #createStore(): MemoryStore {
    const { broker, clock } = this
    this.#view =
      this.ground.streams === 'view'
        ? createViewBroker({ broker, randomness: this.#fork('view'), now: clock.now })
        : undefined
    const seen: Broker = this.#view ?? broker
    const store = keepIn(this.#mutations.broker?.(seen) ?? seen)
    this.#askClaimsEpoch(store)
    return store
  }

  #askClaimsEpoch(store: MemoryStore = this.#store): void {
    void store
      .open()
      .claimsEpoch()
      .then((epoch) => {
        this.#claimsEpoch = epoch
      })
  }

  #roomOf(of: 'page' | 'node'): Room {
    const given = rooms[this.ground.losesBy]
    return this.#mutations.definition?.(given, of) ?? given
  }

  #beginPage(client: number): string {
    const name = `${clientName(client)} ${this.#made++}`
    this.#pageNames.set(clientName(client), name)
    return name
  }

  #transportOf(client: number, clock: Clock): Transport {
    const name = clientName(client)
    const { requester } = this.ground
    if (client !== requester?.client) return this.network.transport(name)
    return createHttpTransport(requester.rung, { fetch: this.requests.fetch(name), clock, pollIntervalMs })
  }

  #spoil(client: string, body: string): string {
    const bad = this.#bad.get(client)
    if (bad === undefined) return body
    this.#bad.delete(client)
    this.tally.count('bad message among those of a request')
    return amongOthers(body, bad)
  }

  #called(): void {
    if (++this.#calls > maxCalls) {
      this.fail(new Violation('liveness', `a node called the broker ${maxCalls} times and is not done`))
      // Whoever asks for ever would keep the failure from being seen.
      for (const { broker } of this.nodes.values()) broker.kill()
    }
  }

  #fork(name: string): SeededRandomness {
    return this.randomness.fork(`${name} ${this.#made++}`)
  }
}

/** The name of a client in the network. */
export function clientName(client: number): string {
  return `client-${client}`
}

/** What was acknowledged before a restart is there after it. */
function assertKept(before: readonly AtPosition[], after: readonly AtPosition[]): void {
  for (const [index, head] of before.entries()) {
    const { epoch, offset } = after[index] ?? head
    if (epoch !== head.epoch || offset < head.offset)
      throw new Violation('kept', `stood at ${formatPosition(head)}, and at ${epoch} ${offset} after its restart`)
  }
}

/** The messages of the body of a request or an answer, as texts. */
function messagesOf(body: string): readonly string[] {
  const { messages = [] } = JSON.parse(body) as { readonly messages?: readonly object[] }
  return messages.map((message) => JSON.stringify(message))
}

/** What a page holds that was rendered where there was no hub. */
export function builtSnapshot(channel: string): Snapshot<TypesOf<Room>> {
  return { channel, position: noPosition, version: room.version, value: { entries: [] } }
}
