import { type Cuttable, createCuttable, type RedisServer } from '@baro/testing/redis'
import { startClusterWithReplica } from './cluster-with-replica.ts'
import { clusterFaults, type Fault, losses, pairFaults, type Stand } from './faults.ts'
import { startRedisPair } from './redis-pair.ts'

/** Where the nodes keep what is published. */
export type Kind =
  | 'a pair'
  /** It may lose everything, or what came last. */
  | 'a pair that loses'
  | 'a cluster'

/** What may happen, by its name, and what happens first. */
export interface Strikes {
  readonly first: readonly string[]
  readonly faults: Readonly<Record<string, () => Promise<void>>>
}

/** A Redis, and all that may happen to it. */
export interface Place {
  masters(): readonly RedisServer[]
  /** Where a node finds it. */
  urlsOf(node: number): readonly string[]
  strikes(stand: Stand): Strikes
  close(): Promise<void>
}

/** Starts one for so many nodes. */
export function startPlace(kind: Kind, nodes: number): Promise<Place> {
  return kind === 'a cluster' ? startCluster() : startPair(kind === 'a pair that loses', nodes)
}

async function startPair(loses: boolean, nodes: number): Promise<Place> {
  let ways: readonly Cuttable[] = []
  const pair = await startRedisPair(async (port) => {
    ways = await Promise.all(Array.from({ length: nodes }, () => createCuttable(port)))
    return ways
  })
  return {
    masters: () => [pair.master],
    urlsOf: (node) => [`redis://127.0.0.1:${ways[node]?.port}`],
    strikes: (stand) => ({
      first: loses ? Object.keys(losses) : ['master and replica change roles'],
      faults: bound({ ...pairFaults, ...(loses && losses) }, { ...stand, pair, ways }),
    }),
    async close() {
      for (const way of ways) way.close()
      await pair.close()
    },
  }
}

async function startCluster(): Promise<Place> {
  const cluster = await startClusterWithReplica()
  return {
    masters: () => cluster.masters,
    urlsOf: () => cluster.urls,
    strikes: (stand) => ({
      first: ['slot of a channel moves', 'replica in the cluster takes over'],
      faults: bound(clusterFaults, { ...stand, cluster }),
    }),
    close: () => cluster.close(),
  }
}

function bound<On extends Stand>(faults: Readonly<Record<string, Fault<On>>>, stand: On): Strikes['faults'] {
  return Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, () => fault(stand)]))
}
