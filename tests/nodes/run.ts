/**
 * Three nodes as processes on a real Redis, clients over all rungs that change node at random, and whatever may happen to machines. Afterwards
 * the histories are checked: what was acknowledged is there once, and every moment of every reader is a moment of the stream.
 */
import { type Client, createClient, type Subscription } from '@baro/client'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import { BaroError, type TypesOf } from '@baro/core'
import { systemClock } from '@baro/core/broker'
import { createSeededRandomness } from '@baro/testing'
import { freePort } from '@baro/testing/redis'
import { WebSocket } from 'ws'
import { nothing, room, type Seen, seenWith } from './chain.ts'
import { createFront } from './front.ts'
import { createNodeProcess } from './node-process.ts'
import { type Kind, startPlace } from './place.ts'

/** How to run. */
export interface RunOptions {
  readonly seed: number | string
  /** For how long faults go on. */
  readonly ms: number
  /** One over each rung for each of them. */
  readonly clients: number
  /** How long to wait for publishes that are still under way. */
  readonly patienceMs: number
  /** On what kind of Redis, and what happens to it. */
  readonly on: Kind
}

/** What came of it. */
export interface Figures {
  readonly acknowledged: number
  readonly refused: number
  readonly history: number
  readonly moments: number
  readonly recovered: number
  readonly reset: number
  readonly faults: Readonly<Record<string, number>>
  /** After the last fault, until all readers were at the head. */
  readonly settledAfterMs: number
  /** What must not be, one sentence each. */
  readonly complaints: readonly string[]
}

interface Reader {
  readonly rung: string
  readonly subscription: Subscription<TypesOf<typeof room>>
  readonly client: Client
  /** Each state that it showed, and how often it had been told by then that it cannot go on. */
  readonly moments: { readonly epoch: string; readonly seen: Seen; readonly resets: number }[]
}

const transports = [
  () => createWebSocketTransport({ WebSocket }),
  () => createHttpTransport('sse'),
  () => createHttpTransport('long-poll'),
  () => createHttpTransport('poll', { pollIntervalMs: 200 }),
]
const channels = 3
const silent = { info: () => {}, warn: () => {}, error: () => {} }
const wait = (ms: number) => new Promise<void>((resolve) => void systemClock.after(ms, resolve))

/** Runs it, and ends everything that it started. */
export async function run({ seed, ms, clients: units, patienceMs, on }: RunOptions): Promise<Figures> {
  const randomness = createSeededRandomness(seed)
  const loses = on === 'a pair that loses'
  const place = await startPlace(on, 3)
  const ports = await Promise.all([1, 2, 3].map(() => freePort()))
  const nodes = ports.map((port, index) => createNodeProcess(port, place.urlsOf(index)))
  await Promise.all(nodes.map((node) => node.start()))
  const front = await createFront(ports, randomness.fork('front'))
  const dice = randomness.fork('faults')
  const { first, faults } = place.strikes({ masters: place.masters, nodes, front, randomness: dice, wait })
  const readers: Reader[] = []
  const acknowledged: { readonly channel: string; readonly id: string }[] = []
  const sent = new Set<string>()
  const refusals: string[] = []
  let isPublishing = true

  try {
    for (let unit = 0; unit < units; unit++)
      for (const create of transports) readers.push(open(create(), unit % channels))
    const publishing = readers.map((reader, index) => publish(reader, index))
    const counts = await strike()
    const mendedAt = systemClock.elapsed()
    isPublishing = false
    await Promise.race([Promise.all(publishing), wait(patienceMs)])
    const histories = await settle()
    const settledAfterMs = Math.round(systemClock.elapsed() - mendedAt)
    const counters = readers.map(({ client }) => client.counters)
    return {
      acknowledged: acknowledged.length,
      refused: refusals.length,
      history: [...histories.values()].reduce((sum, { ids }) => sum + ids.length, 0),
      moments: readers.reduce((sum, { moments }) => sum + moments.length, 0),
      recovered: counters.reduce((sum, { recovered }) => sum + recovered, 0),
      reset: counters.reduce((sum, { reset }) => sum + reset, 0),
      faults: counts,
      settledAfterMs,
      complaints: complain(histories),
    }
  } finally {
    isPublishing = false
    for (const { client } of readers) client.close()
    front.close()
    await Promise.all(nodes.map((node) => node.kill()))
    await place.close()
  }

  function open(transport: ReturnType<(typeof transports)[number]>, id: number): Reader {
    const client = createClient({
      url: `http://127.0.0.1:${front.port}/baro`,
      transport,
      log: silent,
      backoff: { baseMs: 50, maxMs: 1_000 },
    })
    const subscription = client.subscribe(room, room({ id }))
    const reader: Reader = { rung: transport.rung, subscription, client, moments: [] }
    subscription.onChange(({ state, position }) => {
      if (position === undefined) return
      const [, epoch = ''] = position.split('.')
      const last = reader.moments.at(-1)
      if (last?.epoch !== epoch || last.seen.count !== state.count || last.seen.sum !== state.sum)
        reader.moments.push({ epoch, seen: state, resets: client.counters.reset })
    })
    return reader
  }

  async function publish({ subscription }: Reader, index: number): Promise<void> {
    const pace = randomness.fork(`publisher ${index}`)
    for (let number = 0; isPublishing; number++) {
      const text = `${index}-${number}`
      sent.add(text)
      try {
        const { id } = await subscription.publish('say', text)
        acknowledged.push({ channel: subscription.channel, id })
      } catch (error) {
        if (!(error instanceof BaroError)) throw error
        refusals.push(error.code)
      }
      await wait(pace.integer(5, 200))
    }
  }

  async function strike(): Promise<Record<string, number>> {
    const names = Object.keys(faults)
    const counts = Object.fromEntries(names.map((name) => [name, 0]))
    // Whoever is not there yet sees nothing of a fault.
    for (const late = systemClock.elapsed() + 60_000; systemClock.elapsed() < late; await wait(20))
      if (readers.every(({ moments }) => moments.length > 0)) break
    const until = systemClock.elapsed() + ms
    // Each fault once, in an order of the seed, before any comes again.
    const strikeWith = async (name: string) => {
      await faults[name]?.()
      counts[name] = (counts[name] ?? 0) + 1
      await wait(dice.integer(50, 600))
    }
    // What a run is about happens in the shortest one, too.
    for (const name of first) await wait(1_000).then(() => strikeWith(name))
    for (let bag = [...names]; systemClock.elapsed() < until; ) {
      const name = dice.pick(bag)
      bag = bag.length > 1 ? bag.filter((one) => one !== name) : [...names]
      await strikeWith(name)
    }
    return counts
  }

  /** Waits until all readers show what the stream leads to. */
  async function settle(): Promise<ReadonlyMap<string, History>> {
    for (const node of nodes) node.signal('SIGCONT')
    const until = systemClock.elapsed() + 30_000
    for (;;) {
      const histories = new Map<string, History>()
      for (let id = 0; id < channels; id++) histories.set(room({ id }).channel, await historyOf(room({ id }).channel))
      const isThere = readers.every(({ subscription: { channel, current } }) => {
        const { chain } = histories.get(channel) ?? { chain: [] }
        return current.state.count === chain.length - 1 && current.state.sum === chain.at(-1)?.sum
      })
      if (isThere || systemClock.elapsed() > until) return histories
      await wait(100)
    }
  }

  async function historyOf(channel: string): Promise<History> {
    const ids: string[] = []
    const texts: string[] = []
    const base = `http://127.0.0.1:${ports[0]}/baro/channels/${channel}`
    const first = (await (await fetch(base)).json()) as { position: string }
    const [kind, epoch = ''] = first.position.split('.')
    let position = `${kind}.${epoch}.0.`
    for (let more = true; more; ) {
      const answer = (await (await fetch(`${base}?after=${position}&limit=1000`)).json()) as {
        readonly publications: readonly { readonly id: string; readonly payload: string }[]
        readonly position: string
        readonly more?: true
        readonly reset?: string
      }
      if (answer.reset) throw new Error(`The history of ${channel} cannot be read from its beginning: ${answer.reset}.`)
      for (const { id, payload } of answer.publications) {
        ids.push(id)
        texts.push(payload)
      }
      position = answer.position
      more = answer.more === true
    }
    const chain = [nothing]
    for (const id of ids) chain.push(seenWith(chain.at(-1) ?? nothing, id))
    return { epoch, ids, texts, chain }
  }

  function complain(histories: ReadonlyMap<string, History>): readonly string[] {
    const complaints: string[] = []
    for (const [channel, { ids, texts }] of histories) {
      if (new Set(texts).size < texts.length) complaints.push(`${channel}: something was published twice.`)
      if (!texts.every((text) => sent.has(text))) complaints.push(`${channel}: there is what nobody sent.`)
      const kept = new Set(ids)
      const lost = acknowledged.filter((one) => one.channel === channel && !kept.has(one.id))
      if (lost.length > 0 && !loses)
        complaints.push(`${channel}: ${lost.length} were acknowledged and are lost, such as ${lost[0]?.id}.`)
    }
    for (const [index, { rung, moments, subscription, client }] of readers.entries()) {
      const { epoch, chain } = histories.get(subscription.channel) ?? { epoch: '', chain: [nothing] }
      const who = `Reader ${index} (${rung}, ${subscription.channel})`
      const end = subscription.current.state
      if (end.count !== chain.length - 1 || end.sum !== chain.at(-1)?.sum)
        complaints.push(`${who} ends at ${end.count} of ${chain.length - 1}.`)
      let [before, told] = [-1, 0]
      for (const { epoch: at, seen, resets } of moments) {
        if (at !== epoch) {
          if (!loses) complaints.push(`${who} was shown another life of the stream.`)
          continue
        }
        // What Redis has lost was shown before. Then the reader must have been told later.
        const isLost = loses && resets < client.counters.reset
        if (chain[seen.count]?.sum !== seen.sum && !isLost)
          complaints.push(`${who} showed what never was, at ${seen.count}.`)
        if (seen.count < before && !(loses && resets > told))
          complaints.push(`${who} went back from ${before} to ${seen.count}.`)
        ;[before, told] = [seen.count, resets]
      }
    }
    return complaints
  }
}

interface History {
  readonly epoch: string
  readonly ids: readonly string[]
  readonly texts: readonly string[]
  /** What is seen after so many. */
  readonly chain: readonly Seen[]
}
