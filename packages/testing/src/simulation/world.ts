import type { Transport } from '@baro/client'
import { type Broker, type Log, noPosition, type Recover, recover, type Snapshot, type TypesOf } from '@baro/core'
import type { Limits } from '@baro/server'
import { createFakeClock, type FakeClock, settled } from '../fake-clock.ts'
import { createNetwork, type Network, type NetworkLink } from '../network.ts'
import { createSeededRandomness, type SeededRandomness } from '../seeded-randomness.ts'
import { createBrokerLink } from './broker-link.ts'
import { room } from './channels.ts'
import { assertBounded, assertPublishedOnce } from './invariants.ts'
import { Ledger } from './ledger.ts'
import { limits, publishWindowMs, type SimulatedNode, startNode } from './node.ts'
import { Page, type RoomReference } from './page.ts'
import { PageCache } from './page-cache.ts'
import { createRewindableBroker, type RewindableBroker } from './rewindable-broker.ts'
import { nodeNames } from './schedule.ts'
import type { Tally } from './tally.ts'
import { Ticks } from './ticks.ts'
import { Truth } from './truth.ts'
import { Violation } from './violation.ts'
import { WireWatch } from './wire-watch.ts'

/** What a mutant changes to show that the simulation notices. */
export interface Mutations {
  /** The decision between recovered and reset. */
  readonly recover?: Recover
  /** Bounds of each session; the invariants go by the real ones. */
  readonly limits?: Partial<Limits>
  /** The broker as all nodes see it. */
  readonly broker?: <Mutated extends Broker>(broker: Mutated) => Mutated
  /** The transport as clients see it. */
  readonly transport?: (transport: Transport) => Transport
  /** What a page was rendered with, as its client sees it, given the position the page shows. */
  readonly reference?: (reference: RoomReference, shown: string | undefined) => RoomReference
}

/** Nobody follows, reads or appends for so long: the broker forgets the channel. */
const idleTtlMs = 10_000
/** Calls a node may make between two looks; more is an endless loop. */
const maxCalls = 5_000
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** Everything there is in a schedule: servers, their store, the network, and pages in browsers. */
export class World {
  readonly clock: FakeClock = createFakeClock()
  readonly randomness: SeededRandomness
  readonly tally: Tally
  readonly truth: Truth = new Truth()
  readonly ledger: Ledger
  readonly network: Network
  readonly cache: PageCache
  readonly nodes: Map<string, SimulatedNode> = new Map()
  readonly pages: (Page | undefined)[] = []
  readonly ticks: Ticks
  broker: RewindableBroker
  readonly #mutations: Mutations
  readonly #wire: WireWatch
  #failure: unknown
  #claimsEpoch = ''
  #calls = 0
  #made = 0

  constructor(seed: number, tally: Tally, mutations: Mutations, trace: (line: string) => void) {
    this.randomness = createSeededRandomness(`world ${seed}`)
    this.tally = tally
    this.#mutations = mutations
    this.ledger = new Ledger({
      truth: this.truth,
      tally,
      publishWindowMs,
      elapsedMs: () => this.clock.elapsed(),
    })
    this.#wire = new WireWatch(tally, this.ledger, () => this.#claimsEpoch)
    this.network = createNetwork({
      clock: this.clock,
      randomness: this.randomness.fork('network'),
      sent: (link, direction, text) => {
        trace(`${this.clock.elapsed()} ${link.client} ${direction === 'to-hub' ? '->' : '<-'} ${link.node} ${text}`)
        this.#wire.sent(link, direction, text)
      },
      closeTimeoutMs: 10_000,
    })
    this.cache = new PageCache(this.randomness.fork('cache'))
    this.ticks = new Ticks(() => this.clock.elapsed(), 0.8 * publishWindowMs)
    this.broker = this.#createBroker()
    for (const name of nodeNames) this.startNode(name)
  }

  /** Starts a node if it is down. */
  startNode(name: string): void {
    if (this.nodes.has(name)) return
    const { clock, tally } = this
    const randomness = this.#fork(name)
    const broker = createBrokerLink({ broker: this.broker, clock, randomness, tally, called: () => this.#called() })
    const node = startNode({
      name,
      clock,
      randomness,
      broker,
      recover: this.#mutations.recover ?? recover,
      limits: this.#mutations.limits ?? limits,
      tally,
      log: silent,
    })
    this.nodes.set(name, node)
    this.network.listen(name, node.hub)
  }

  /** A node's process ends without another word. */
  killNode(name: string, how: { readonly quietly: boolean }): void {
    this.nodes.get(name)?.kill()
    this.nodes.delete(name)
    this.network.crash(name, how)
  }

  /** The store of all nodes is gone with all it kept; a new one is empty, and the nodes restart with it. */
  restartBroker(): void {
    for (const name of [...this.nodes.keys()]) this.killNode(name, { quietly: false })
    void this.broker.close()
    this.truth.beginLife()
    this.ticks.beginLife()
    this.ledger.doubt()
    this.broker = this.#createBroker()
    for (const name of nodeNames) this.startNode(name)
  }

  /** A browser opens a page, in place of the one that was there. */
  openPage(client: number, references: readonly RoomReference[]): Page {
    const transport = this.network.transport(clientName(client))
    const page = new Page({
      transport: this.#mutations.transport?.(transport) ?? transport,
      clock: this.clock,
      randomness: this.#fork(clientName(client)),
      // The first is a guest, whose ids are its own; the others are users on any device.
      user: client === 0 ? undefined : `user-${client}`,
      truth: this.truth,
      ledger: this.ledger,
      tally: this.tally,
      log: silent,
      alter: this.#mutations.reference ?? ((reference) => reference),
      check: (assertion) => this.check(assertion),
    })
    this.pages[client] = page
    for (const reference of references) page.enter(reference)
    return page
  }

  /** The link of a client's page, if it has one. */
  linkOf(client: number): NetworkLink | undefined {
    return this.network.links.find((link) => link.isOpen && link.client === clientName(client))
  }

  /** What a page is rendered with now; without a node, as at a build. */
  async render(channel: string): Promise<RoomReference> {
    const id = channel.slice(channel.indexOf(':') + 1)
    const node = this.nodes.size > 0 ? this.randomness.pick([...this.nodes.values()]) : undefined
    // A node that does not answer at once cannot render.
    const snapshot = node?.hub.snapshot(room({ id })).catch(() => undefined)
    return (await Promise.race([snapshot, settled()])) ?? builtSnapshot(channel)
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
    this.network.joinAll()
    for (const link of this.network.links) {
      // A stream transport that lost or doubled something would have ended. What is silent, both sides must find out.
      if (link.isDamaged) link.breakFor(['client', 'hub'])
      else link.readOn()
    }
    for (const name of nodeNames) this.startNode(name)
    for (const { broker } of this.nodes.values()) {
      broker.delay(0)
      broker.stumble(0)
      broker.mend()
    }
    for (const page of this.pages) page?.wake()
  }

  /** Asserts all invariants on what has happened since the last look. */
  look(): void {
    this.#calls = 0
    if (this.#failure) throw this.#failure
    for (const page of this.pages) page?.look()
    assertPublishedOnce(this.truth)
    assertBounded(this.network.links, limits.maxOutboxBytes + limits.maxReplyBytes + this.#wire.longest)
  }

  #createBroker(): RewindableBroker {
    const { clock, truth, tally } = this
    const randomness = this.#fork('broker')
    const beganAnew = () => tally.count('channel began a new life after being dropped')
    const broker = createRewindableBroker({ clock, randomness, truth, idleTtlMs, log: silent, beganAnew })
    void broker.claimsEpoch().then((epoch) => {
      this.#claimsEpoch = epoch
    })
    return this.#mutations.broker?.(broker) ?? broker
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

/** What a page holds that was rendered where there was no hub. */
export function builtSnapshot(channel: string): Snapshot<TypesOf<typeof room>> {
  return { channel, position: noPosition, version: room.version, value: { entries: [] } }
}
