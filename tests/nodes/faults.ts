import type { SeededRandomness } from '@baro/testing'
import type { Cuttable, RedisServer } from '@baro/testing/redis'
import type { Front } from './front.ts'
import type { NodeProcess } from './node-process.ts'

/** What faults befall. */
export interface Stand {
  readonly redis: RedisServer
  readonly nodes: readonly NodeProcess[]
  /** The ways of the nodes to Redis. */
  readonly ways: readonly Cuttable[]
  readonly front: Front
  readonly randomness: SeededRandomness
  readonly wait: (ms: number) => Promise<void>
}

/** A bad moment, over when it resolves. */
export type Fault = (stand: Stand) => Promise<void>

/** All that may happen. Redis keeps its data through each of them. */
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
  async 'Redis killed'({ redis, randomness, wait }) {
    await redis.kill()
    await wait(randomness.integer(0, 3_000))
    await redis.start()
  },
  async 'Redis stands still'({ redis, randomness, wait }) {
    redis.signal('SIGSTOP')
    await wait(randomness.integer(300, 3_000))
    redis.signal('SIGCONT')
  },
  async 'link to Redis cut'({ ways, randomness, wait }) {
    const way = randomness.pick(ways)
    way.cut()
    await wait(randomness.integer(50, 3_000))
    way.mend()
  },
  async 'connections of Redis ended'({ redis, randomness }) {
    await redis.command('CLIENT', 'KILL', 'TYPE', randomness.pick(['pubsub', 'normal'])).catch(() => {})
  },
  async 'Redis full'({ redis, randomness, wait }) {
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    await wait(randomness.integer(100, 1_000))
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  },
  async 'clients change node'({ front }) {
    front.endSome(0.5)
  },
} satisfies Record<string, Fault>

/** What makes Redis lose everything. */
export const losses = {
  async 'Redis flushed'({ redis }) {
    await redis.command('FLUSHALL')
  },
} satisfies Record<string, Fault>
