import { type Broker, type Clock, systemClock } from '@baro/core/broker'
import { type BrokerSuiteContext, type BrokerSuiteOptions, brokerSuite } from '@baro/testing/broker-suite'
import {
  type Cuttable,
  createCuttable,
  type RedisCluster,
  type RedisServer,
  startRedis,
  startRedisCluster,
} from '@baro/testing/redis'
import { afterAll, beforeAll, vi } from 'vitest'
import type { RedisBrokerOptions } from './options.ts'
import { createRedisBrokerOver, type RedisBrokerParts } from './redis-broker.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
/** What is kept has the time of the test, and waits are real. */
const clock: Clock = systemClock

interface Stand {
  readonly servers: readonly RedisServer[]
  /** How the node of a context reaches them. */
  reach(context: BrokerSuiteContext): Promise<readonly [RedisBrokerParts, RedisBrokerOptions]>
}

/** The second node comes by ways that can be cut. */
const ways = new Map<number, Cuttable>()

async function wayTo(port: number): Promise<Cuttable> {
  const way = ways.get(port) ?? (await createCuttable(port))
  ways.set(port, way)
  return way
}

function register(name: string, stand: () => Stand): void {
  async function createBroker(context: BrokerSuiteContext): Promise<Broker> {
    const [parts, options] = await stand().reach(context)
    return createRedisBrokerOver(
      { ...parts, now: () => context.clock.now(), buckets: 16 },
      {
        ...options,
        prefix: context.store,
        waitMs: 4_000,
        compareMs: 60_000,
        clock,
        randomness: context.randomness,
        log,
      },
    )
  }

  const options: BrokerSuiteOptions = {
    nodes: 2,
    async delivered(arrived) {
      await vi.waitUntil(arrived, { timeout: 30_000, interval: 2 }).catch(() => {})
    },
    async outage() {
      for (const way of ways.values()) way.cut()
      return async () => {
        for (const way of ways.values()) way.mend()
      }
    },
    async loseClaims({ store }) {
      const forget = `
        for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '{*}:c:*')) do redis.call('DEL', key) end
        for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '{*}')) do redis.call('HDEL', key, 'claims') end
        for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '{0}:store')) do redis.call('HDEL', key, 'claims') end`
      for (const server of stand().servers) await server.command('EVAL', forget, '0', store)
    },
    async restart() {},
  }
  brokerSuite(name, createBroker, options)
}

let single: RedisServer
let cluster: RedisCluster

beforeAll(async () => {
  ;[single, cluster] = await Promise.all([startRedis(), startRedisCluster()])
})

afterAll(async () => {
  for (const way of ways.values()) way.close()
  await Promise.all([single.close(), cluster.close()])
})

register('redis', () => ({
  servers: [single],
  async reach({ node }) {
    const { port } = node === 2 ? await wayTo(single.port) : single
    return [{}, { url: `redis://127.0.0.1:${port}` }]
  },
}))

register('redis cluster', () => ({
  servers: cluster.servers,
  async reach({ node }) {
    if (node === 1) return [{}, { cluster: cluster.urls }]
    const behind = new Map<string, number>()
    for (const { port } of cluster.servers) behind.set(`127.0.0.1:${port}`, (await wayTo(port)).port)
    const reach = (address: string) => ({ host: '127.0.0.1', port: behind.get(address) ?? 0 })
    return [{ reach }, { cluster: [...behind.values()].map((port) => `redis://127.0.0.1:${port}`) }]
  },
}))
