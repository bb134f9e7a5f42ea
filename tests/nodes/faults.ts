import type { SeededRandomness } from '@baro/testing'
import type { Cuttable, RedisServer } from '@baro/testing/redis'
import type { ClusterWithReplica } from './cluster-with-replica.ts'
import type { Front } from './front.ts'
import type { NodeProcess } from './node-process.ts'
import type { RedisPair } from './redis-pair.ts'

/** What faults befall. */
export interface Stand {
  /** The servers that take writes now. */
  masters(): readonly RedisServer[]
  readonly nodes: readonly NodeProcess[]
  readonly front: Front
  readonly randomness: SeededRandomness
  readonly wait: (ms: number) => Promise<void>
}

/** A Redis with a replica. */
export interface PairStand extends Stand {
  readonly pair: RedisPair
  /** The ways of the nodes to Redis. */
  readonly ways: readonly Cuttable[]
}

/** A cluster. */
export interface ClusterStand extends Stand {
  readonly cluster: ClusterWithReplica
}

/** A bad moment, over when it resolves. */
export type Fault<On extends Stand = Stand> = (stand: On) => Promise<void>

/** All that may happen anywhere. Redis keeps its data through each of them. */
export const faults = {
  async 'node killed'({ nodes, randomness, wait }) {
    const node = randomness.pick(nodes)
    await node.kill()
    await wait(randomness.integer(0, 500))
    await node.start()
  },
  async 'node stands still'({ nodes, randomness, wait }) {
    const node = randomness.pick(nodes)
    node.signal('SIGSTOP')
    await wait(randomness.integer(300, 3_000))
    node.signal('SIGCONT')
  },
  async 'Redis killed'({ masters, randomness, wait }) {
    const master = randomness.pick(masters())
    await master.kill()
    await wait(randomness.integer(0, 3_000))
    await master.start()
  },
  async 'Redis stands still'({ masters, randomness, wait }) {
    const master = randomness.pick(masters())
    master.signal('SIGSTOP')
    await wait(randomness.integer(300, 3_000))
    master.signal('SIGCONT')
  },
  async 'connections of Redis ended'({ masters, randomness }) {
    const kind = randomness.pick(['pubsub', 'normal'])
    await Promise.all(masters().map((master) => master.command('CLIENT', 'KILL', 'TYPE', kind).catch(() => {})))
  },
  async 'Redis full'({ masters, randomness, wait }) {
    await Promise.all(masters().map((master) => master.command('CONFIG', 'SET', 'maxmemory', '1')))
    await wait(randomness.integer(100, 1_000))
    await Promise.all(masters().map((master) => master.command('CONFIG', 'SET', 'maxmemory', '0')))
  },
  async 'clients change node'({ front }) {
    front.endSome(0.5)
  },
} satisfies Record<string, Fault>

/** What may happen to a Redis with a replica. */
export const pairFaults = {
  ...faults,
  async 'link to Redis cut'({ ways, randomness, wait }) {
    const way = randomness.pick(ways)
    way.cut()
    await wait(randomness.integer(50, 3_000))
    way.mend()
  },
  async 'master and replica change roles'({ pair, wait }) {
    await pair.changeRoles(wait)
  },
} satisfies Record<string, Fault<PairStand>>

/** What may happen to a cluster. */
export const clusterFaults = {
  ...faults,
  async 'slot of a channel moves'({ cluster, randomness, wait }) {
    const found = await Promise.all(cluster.masters.map((master) => master.command('KEYS', 'baro{*}:l:room:*')))
    const histories = found.flatMap((lines) => (lines === '' ? [] : lines.split('\n')))
    await cluster.moveSlot(randomness.pick(histories.sort()), () => wait(randomness.integer(0, 20)))
  },
  async 'replica in the cluster takes over'({ cluster, wait }) {
    await cluster.changeRoles(wait)
  },
} satisfies Record<string, Fault<ClusterStand>>

/** What makes Redis lose everything, or what came last. */
export const losses = {
  async 'Redis flushed'({ pair: { master } }) {
    await master.command('FLUSHALL')
  },
  async 'replica takes over'({ pair, randomness, wait }) {
    await pair.failOver(randomness.integer(50, 500), wait)
  },
} satisfies Record<string, Fault<PairStand>>
