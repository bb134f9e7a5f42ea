/** What was taken back is in no file of Redis, once Redis has written its files anew, and in none of its keys at once. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { audit, channel } from '@baro/core'
import { createRedisBroker, createRedisPageStore } from '@baro/redis'
import { createHub, type Hub } from '@baro/server'
import { type RedisServer, startRedis } from '@baro/testing/redis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'

const secret = 'Neither-here-nor-there'
const stays = 'This-may-stay-here'

const events = { message: z.string() }
const initial = (): string[] => []
/** How its state loses something it says, or not. */
const wall = channel('wall:{id}', {
  moderated: true,
  events,
  state: {
    initial,
    on: { message: (list, { id, payload }) => [...list, `${id} ${payload}`] },
    redact: (list, { id }) => list.filter((line) => !line.startsWith(`${id} `)),
  },
})
const plain = channel('plain:{id}', {
  moderated: true,
  events,
  state: { initial, on: { message: (list, { id, payload }) => [...list, `${id} ${payload}`] } },
}) as unknown as typeof wall
const rooms = [wall({ id: 1 }), plain({ id: 1 })]
const log = { info: () => {}, warn: () => {}, error: () => {} }

let redis: RedisServer
const ends: (() => unknown)[] = []

beforeAll(async () => {
  // Texts stand in the files as they are.
  const plainly = ['--rdbcompression', 'no', '--appendonly', 'yes', '--aof-use-rdb-preamble', 'no']
  redis = await startRedis(...plainly)
})

afterAll(async () => {
  for (const end of ends.reverse()) await end()
  await redis.close()
})

interface Node {
  readonly hub: Hub
  visit(path: string): Promise<string>
}

async function createNode(): Promise<Node> {
  const { url } = redis
  const broker = await createRedisBroker({ url, waitMs: 30_000, log })
  const pageStore = await createRedisPageStore({ url, waitMs: 30_000, log })
  const hub = createHub({ channels: [wall, plain], broker, pageStore, log })
  for (const definition of [wall, plain]) hub.on(definition, { access: 'public' })
  const pages = hub.pages(
    async (_, response) => {
      const values = await Promise.all(rooms.map((room) => hub.snapshot(room)))
      response.end(JSON.stringify(values.map(({ value }) => value)))
    },
    { policy: { maxAge: '1h' } },
  )
  const server = createServer(pages).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  ends.push(
    () => broker.close(),
    () => pageStore.close(),
    () => hub.close(),
    () => server.close(),
  )
  const { port } = server.address() as AddressInfo
  return {
    hub,
    visit: (path) =>
      new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port, path, headers: { host: 'shop.example' }, agent: false }, async (answer) => {
          let text = ''
          for await (const chunk of answer) text += chunk
          resolve(text)
        }).on('error', reject)
      }),
  }
}

function filesWith(text: string): readonly string[] {
  const paths = readdirSync(redis.folder, { recursive: true }).map((name) => join(redis.folder, String(name)))
  return paths.filter((path) => statSync(path).isFile() && readFileSync(path).includes(text))
}

/** Everything that Redis has, written into one file. */
async function isInRedis(text: string): Promise<boolean> {
  await redis.command('SAVE')
  return readFileSync(join(redis.folder, 'dump.rdb')).includes(text)
}

async function rewriteFiles(): Promise<void> {
  await redis.command('BGREWRITEAOF')
  await vi.waitUntil(async () => /aof_rewrite_in_progress:0/.test(await redis.command('INFO', 'persistence')), {
    timeout: 60_000,
  })
}

test('no key of the broker or of the page store has it within a second, and no file once Redis has written them anew', async () => {
  const [one, two] = [await createNode(), await createNode()]
  for (const room of rooms)
    for (const [id, text] of [
      ['the-first', stays],
      ['the-secret', secret],
      ['the-last', stays],
    ] as const)
      await one.hub.publish(room, 'message', text, { id })
  for (const { visit } of [one, two]) for (const path of ['/', '/other']) expect(await visit(path)).toContain(secret)
  expect(await isInRedis(secret)).toBe(true)
  for (const room of rooms)
    expect(await two.hub.redact(room, 'the-secret', { reason: 'abuse' })).toMatchObject({ outcome: 'redacted' })
  // Pages that nobody asks for again.
  await vi.waitUntil(async () => !(await isInRedis(secret)), { timeout: 60_000, interval: 50 })
  expect(await isInRedis(stays)).toBe(true)
  expect(filesWith(secret)).not.toEqual([])
  await rewriteFiles()
  expect(filesWith(secret)).toEqual([])
  expect(filesWith(stays)).not.toEqual([])
  for (const { visit } of [one, two])
    expect(await visit('/')).toBe(JSON.stringify(rooms.map(() => [`the-first ${stays}`, `the-last ${stays}`])))
  for (const room of rooms) expect((await one.hub.snapshot(audit(room))).value.actions).toHaveLength(1)
})
