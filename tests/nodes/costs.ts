/**
 * `npm run nodes:costs`: what a publish costs a node and Redis, beside the memory broker: a claim by a turn and an append of 128 bytes, over
 * many channels, without a hub. CPU time, so that others on the machine change little.
 */
import type { Broker } from '@baro/core/broker'
import { createRedisBroker } from '@baro/redis'
import { createMemoryBroker } from '@baro/server'
import { startRedis } from '@baro/testing/redis'

const [channels, atOnce, rounds] = [1_000, 50, 400]
const bounds = { size: 100, ttlMs: 3_600_000, bytes: 1 << 22 }
const terms = { windowMs: 60_000, share: { of: 'user', user: 'user-1' } } as const
const log = { info: () => {}, warn: () => {}, error: console.error }

async function publishAll(broker: Broker, from: number): Promise<void> {
  for (let round = from; round < from + rounds; round++)
    await Promise.all(
      Array.from({ length: atOnce }, async (_, index) => {
        const number = round * atOnce + index
        const channel = `room:${number % channels}`
        const turn = {
          producer: 'tab-1',
          number: Math.floor(number / channels) + 1,
          confirmed: Math.floor(number / channels),
        }
        const key = { scope: 'user-1', turn }
        await broker.claim(channel, key, terms)
        const entry = {
          type: 'message',
          payload: 'x'.repeat(126),
          id: `id-${number}`,
          time: 1_700_000_000_000,
          by: 'user-1',
        }
        await broker.append(channel, [entry], bounds, { settle: key })
      }),
    )
}

const redis = await startRedis(...process.argv.slice(2))
const far = await createRedisBroker({ url: redis.url, log })
const near = createMemoryBroker()

const cpuOfRedis = async () => {
  const info = await redis.command('INFO', 'cpu')
  const of = (field: string) => Number(new RegExp(`^${field}:(.*)$`, 'm').exec(info)?.[1])
  return (of('used_cpu_user_main_thread') + of('used_cpu_sys_main_thread')) * 1e6
}
const cpuOfNode = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const each = atOnce * rounds
let first = 0
let heard = 0
for (const phase of ['nobody follows', 'this node follows all channels'] as const) {
  if (phase !== 'nobody follows')
    for (let channel = 0; channel < channels; channel++)
      await far.follow(`room:${channel}`, { deliver: () => void heard++, signal: () => {}, lost: () => {} })
  for (let run = 0; run < 4; run++) {
    const figures: Record<string, number> = {}
    for (const [name, broker] of [
      ['memory', near],
      ['redis', far],
    ] as const) {
      const [node, server] = [cpuOfNode(), await cpuOfRedis()]
      await publishAll(broker, first * rounds)
      figures[`${name}: µs of the node for each publish`] = Math.round((10 * (cpuOfNode() - node)) / each) / 10
      if (broker === far) figures['µs of Redis'] = Math.round((10 * ((await cpuOfRedis()) - server)) / each) / 10
    }
    first++
    console.log(phase, JSON.stringify(figures))
  }
}
console.log(`${heard} deliveries heard`)
console.log(
  (await redis.command('INFO', 'commandstats'))
    .split('\n')
    .filter((line) => line.includes('evalsha'))
    .join(),
)
const used = /used_memory:(\d+)/.exec(await redis.command('INFO', 'memory'))?.[1]
console.log(`${used} bytes of Redis for ${channels} channels of 100 publications of 128 bytes`)
await far.close()
await near.close()
await redis.close()
process.exit(0)
