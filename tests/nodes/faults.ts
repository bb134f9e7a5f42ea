import type { SeededRandomness } from '@baro/testing'
import type { Cuttable } from '@baro/testing/redis'
import type { Front } from './front.ts'
import type { NodeProcess } from './node-process.ts'
import type { RedisPair } from './redis-pair.ts'

/** What faults befall. */
export interface Stand {
  readonly pair: RedisPair
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
  async 'Redis killed'({ pair: { master }, randomness, wait }) {
    await master.kill()
    await wait(randomness.integer(0, 3_000))
    await master.start()
  },
  async 'Redis stands still'({ pair: { master }, randomness, wait }) {
    master.signal('SIGSTOP')
    await wait(randomness.integer(300, 3_000))
    master.signal('SIGCONT')
  },
  async 'link to Redis cut'({ ways, randomness, wait }) {
    const way = randomness.pick(ways)
    way.cut()
    await wait(randomness.integer(50, 3_000))
    way.mend()
  },
  async 'connections of Redis ended'({ pair: { master }, randomness }) {
    await master.command('CLIENT', 'KILL', 'TYPE', randomness.pick(['pubsub', 'normal'])).catch(() => {})
  },
  async 'Redis full'({ pair: { master }, randomness, wait }) {
    await master.command('CONFIG', 'SET', 'maxmemory', '1')
    await wait(randomness.integer(100, 1_000))
    await master.command('CONFIG', 'SET', 'maxmemory', '0')
  },
  async 'clients change node'({ front }) {
    front.endSome(0.5)
  },
} satisfies Record<string, Fault>

/** What makes Redis lose everything, or what came last. */
export const losses = {
  async 'Redis flushed'({ pair: { master } }) {
    await master.command('FLUSHALL')
  },
  async 'replica takes over'({ pair, randomness, wait }) {
    await pair.failOver(randomness.integer(50, 500), wait)
  },
} satisfies Record<string, Fault>
