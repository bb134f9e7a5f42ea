import {
  type Appended,
  type AppendOptions,
  type Broker,
  type Delivery,
  type Entry,
  type HistoryBounds,
  type ReadRange,
  systemRandomness,
} from '@baro/core/broker'
import { createId, type Place } from '@baro/core/protocol'
import { afterEach, beforeEach } from 'vitest'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { createSeededRandomness, type SeededRandomness } from '../seeded-randomness.ts'

/** What one test of the suite gives to the function that makes the broker. */
export interface BrokerSuiteContext {
  /** The clock the broker is to use, if it keeps its own time. */
  readonly clock: FakeClock
  readonly randomness: SeededRandomness
  /** Another one in each test: a broker with an outside store keeps its keys apart by it. */
  readonly store: string
  /** Which node of the store to make: 1, and 2 as well if the suite runs on two. */
  readonly node: 1 | 2
}

/** What `brokerSuite` needs to know about a broker. What only some brokers can show is tested where it is said how. */
export interface BrokerSuiteOptions {
  /** 2 if several brokers can share a store: the second half of each duty is then seen from the other one. Default 1. */
  readonly nodes?: 1 | 2
  /** How time passes for this broker. Default: on the clock of the context. */
  readonly pass?: (ms: number, context: BrokerSuiteContext) => Promise<void>
  /** How long deliveries may be under way. Default: they are there as soon as `append` has resolved. */
  readonly delivered?: (arrived: () => boolean) => Promise<void>
  /**
   * Breaks the link of the context's node to what all nodes share; what it resolves to mends it. With two nodes it is the
   * second one that is cut off, and the first goes on.
   */
  readonly outage?: (context: BrokerSuiteContext) => Promise<() => Promise<void>>
  /** Lets what is remembered of publishes be lost, and nothing else, while the brokers run. */
  readonly loseClaims?: (context: BrokerSuiteContext) => Promise<void>
  /**
   * For brokers that keep everything: what happens between the brokers' end and their return, for example that the server
   * with their store restarts. They are then made again for the same `store`.
   */
  readonly restart?: (context: BrokerSuiteContext) => Promise<void>
  /**
   * Whether the end of the broker is the end of everybody who used what it keeps, as with a folder that serves one process:
   * of a publish that was at work then nobody knows (I5). Default false.
   */
  readonly isOfOneProcess?: boolean
  /** Whether the broker leaves offsets out, so that what stands between two of them can be asked for. Default false. */
  readonly sparse?: boolean
}

/** What the tests of all duties work with. The brokers are others in each test. */
export interface Stage {
  readonly broker: Broker
  /** The broker of the other node; the same one if there is only one. */
  readonly other: Broker
  readonly context: BrokerSuiteContext
  /** The context that `other` was made with. */
  readonly otherContext: BrokerSuiteContext
  pass(ms: number): Promise<void>
  /** Resolves once the condition holds, or cannot be waited for any longer. */
  delivered(arrived: () => boolean): Promise<void>
  entry(id: string, payload?: Entry['payload']): Entry
  /** Appends one publication. */
  append(channel: string, id: string, bounds?: HistoryBounds, payload?: Entry['payload']): Promise<Delivery>
  /** Appends publications one after the other. */
  appendEach<const Ids extends readonly string[]>(
    channel: string,
    ids: Ids,
    bounds?: HistoryBounds,
  ): Promise<{ [Index in keyof Ids]: Delivery }>
  /** Appends publications in one step. */
  appendAll(channel: string, ids: readonly string[], bounds?: HistoryBounds, options?: AppendOptions): Promise<Delivery>
  /** Closes the brokers, and makes them again for the same store. */
  reopen(between: (context: BrokerSuiteContext) => Promise<void>): Promise<void>
}

/** History bounds that no test reaches by accident. */
export const roomy: HistoryBounds = { size: 1_000, ttlMs: 60_000, bytes: 1 << 22 }
/** Reads everything. */
export const all: ReadRange & { readonly after: number } = { after: 0, limit: 10_000, bytes: 1 << 24 }

/** Registers what makes the brokers before each test, and closes them after it. */
export function createStage(
  name: string,
  createBroker: (context: BrokerSuiteContext) => Promise<Broker>,
  { nodes = 1, pass = (ms, { clock }) => clock.pass(ms), delivered = async () => {} }: BrokerSuiteOptions,
): Stage {
  let tests = 0
  let context: BrokerSuiteContext
  let broker: Broker
  let other: Broker

  const otherContext = (): BrokerSuiteContext => (nodes === 2 ? { ...context, node: 2 } : context)

  async function open(): Promise<void> {
    broker = await createBroker(context)
    other = nodes === 2 ? await createBroker(otherContext()) : broker
  }

  async function close(): Promise<void> {
    await broker.close()
    if (other !== broker) await other.close()
  }

  beforeEach(async () => {
    tests++
    const randomness = createSeededRandomness(`${name} ${tests}`)
    // A name no other run has: a real store may still hold what an earlier one left.
    const store = `suite-${createId(systemRandomness)}`
    context = { clock: createFakeClock(), randomness, store, node: 1 }
    await open()
  })
  afterEach(close)

  const entry: Stage['entry'] = (id, payload = { text: id }) => ({
    type: 'message',
    payload,
    id,
    time: context.clock.now(),
  })

  const append: Stage['append'] = async (channel, id, bounds = roomy, payload) =>
    deliveryOf(await broker.append(channel, [entry(id, payload)], bounds))

  return {
    get broker() {
      return broker
    },
    get other() {
      return other
    },
    get context() {
      return context
    },
    get otherContext() {
      return otherContext()
    },
    pass: (ms) => pass(ms, context),
    delivered,
    entry,
    append,
    async appendEach(channel, ids, bounds) {
      const deliveries: Delivery[] = []
      for (const id of ids) deliveries.push(await append(channel, id, bounds))
      return deliveries as never
    },
    async appendAll(channel, ids, bounds = roomy, options) {
      const entries = ids.map((id) => entry(id))
      return deliveryOf(await broker.append(channel, entries, bounds, options))
    },
    async reopen(between) {
      await close()
      await between(context)
      await open()
    },
  }
}

/** The delivery of an append that must have happened. */
export function deliveryOf(appended: Appended): Delivery {
  if (appended.outcome !== 'appended') throw new Error(`Nothing was appended: ${JSON.stringify(appended)}`)
  return appended.delivery
}

/** The ids of publications. */
export function idsOf(publications: readonly { readonly id: string }[]): readonly string[] {
  return publications.map(({ id }) => id)
}

/** Offset and check of a position. */
export function placeOf({ offset, check }: Place): Place {
  return { offset, check }
}

/** So many ids; they differ in the part that positions carry. */
export function idsFrom(count: number, prefix = 'id'): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`)
}
