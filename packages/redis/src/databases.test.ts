/** Two applications, each in a database of its own on one server, such as a shop and the shop that it is tried on. */
import { type RedisServer, startRedis } from '@baro/testing/redis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRedisBroker, type RedisBroker } from './redis-broker.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const bounds = { size: 100, ttlMs: 3_600_000, bytes: 1 << 20 }

let server: RedisServer
let brokers: RedisBroker[]
const urlOf = (database: number) => `redis://127.0.0.1:${server.port}/${database}`

beforeEach(async () => {
  server = await startRedis()
  brokers = await Promise.all([0, 1, 1].map((database) => createRedisBroker({ url: urlOf(database), log })))
})
afterEach(async () => {
  await Promise.all(brokers.map((broker) => broker.close()))
  await server.close()
})

test('I8: what is published, signalled and told in one database is heard in that one alone', async () => {
  const heard: string[][] = [[], [], []]
  for (const [index, broker] of brokers.entries()) {
    const note = (what: string) => void heard[index]?.push(what)
    await broker.hear({ heard: ({ payload }) => note(`told ${payload}`), lost: () => note('lost') })
    await broker.follow('room:1', {
      deliver: ({ publications: [first] }) => note(`published ${first?.id}`),
      signal: ({ payload }) => note(`signalled ${payload}`),
      lost: () => note('lost'),
    })
  }
  const [other, one] = brokers as [RedisBroker, RedisBroker]
  const say = async (broker: RedisBroker, word: string) => {
    await broker.append('room:1', [{ type: 'message', payload: word, id: word, time: 1 }], bounds)
    await broker.signal({ channel: 'room:1', type: 'typing', payload: word })
    await broker.tell({ type: 'rights', payload: word })
  }
  await say(one, 'a')
  await say(other, 'b')
  // What comes first was sent first, so the last word has passed what should not come.
  const all = (word: string) => [`published ${word}`, `signalled ${word}`, `told ${word}`]
  await expect.poll(() => heard.map((words) => words.toSorted())).toEqual([all('b'), all('a'), all('a')])
})
