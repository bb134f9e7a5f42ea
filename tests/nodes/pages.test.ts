import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { channel } from '@baro/core'
import { createRedisBroker, createRedisPageStore } from '@baro/redis'
import { createHub } from '@baro/server'
import { type RedisServer, startRedis } from '@baro/testing/redis'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'

const news = channel('news:{id}', {
  events: { message: z.string() },
  state: { initial: () => '', on: { message: (_, { payload }) => payload } },
})
const log = { info: () => {}, warn: () => {}, error: () => {} }

/** What a visitor was answered. */
interface Answered {
  readonly text: string
  readonly cacheStatus: string
}

/** A node with pages: nothing but Redis is shared with the other one. */
interface PageNode {
  readonly rendered: string[]
  visit(path: string): Promise<Answered>
  publish(text: string): Promise<unknown>
  mark(path: string): Promise<void>
  close(): Promise<void>
}

let redis: RedisServer
let nodes: PageNode[]

beforeEach(async () => {
  redis = await startRedis()
  nodes = [await createNode(), await createNode()]
})

afterEach(async () => {
  for (const node of nodes) await node.close()
  await redis.close()
})

async function createNode(): Promise<PageNode> {
  const { url } = redis
  const broker = await createRedisBroker({ url, waitMs: 30_000, log })
  const pageStore = await createRedisPageStore({ url, waitMs: 30_000, log })
  const hub = createHub({ channels: [news], broker, pageStore, log })
  hub.on(news, { access: 'public' })
  const rendered: string[] = []
  const pages = hub.pages(
    async (request, response) => {
      rendered.push(request.url ?? '')
      const { value } = await hub.snapshot(news({ id: 1 }))
      response.setHeader('Content-Type', 'text/html; charset=utf-8')
      response.end(`<p>${value}</p>`)
    },
    { policy: { maxAge: '1h' } },
  )
  const server = createServer(pages).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    rendered,
    visit: (path) =>
      new Promise((resolve, reject) => {
        // One page for both, although each has a port of its own.
        const headers = { host: 'shop.example' }
        get({ host: '127.0.0.1', port, path, headers, agent: false }, async (answer) => {
          let text = ''
          for await (const chunk of answer) text += chunk
          resolve({ text, cacheStatus: String(answer.headers['cache-status']) })
        }).on('error', reject)
      }),
    publish: (text) => hub.publish(news({ id: 1 }), 'message', text),
    mark: (path) => hub.revalidate(path),
    async close() {
      server.closeAllConnections()
      server.close()
      await hub.close()
      await pageStore.close()
    },
  }
}

const visitAll = (path: string) => Promise.all(nodes.map((node) => node.visit(path)))
const renders = () => nodes.flatMap(({ rendered }) => rendered)

test('I10: after a change both nodes serve the page marked as stale, or current, and it is rendered once', async () => {
  const [first, second] = nodes as [PageNode, PageNode]
  await first.publish('one')
  const before = await Promise.all(Array.from({ length: 10 }, () => visitAll('/news')))
  expect(new Set(before.flat().map(({ text }) => text))).toEqual(new Set(['<p>one</p>']))
  expect(renders()).toEqual(['/news'])

  await second.publish('two')
  const answers: Answered[] = []
  await vi.waitUntil(
    async () => {
      const both = await visitAll('/news')
      answers.push(...both)
      return both.every(({ text }) => text === '<p>two</p>')
    },
    { timeout: 60_000, interval: 20 },
  )
  expect(renders()).toEqual(['/news', '/news'])
  // Which node has published knows at once; the other within the second for which heads are remembered.
  const older = answers.filter(({ text }) => text === '<p>one</p>')
  expect(older.some(({ cacheStatus }) => cacheStatus.includes('detail=behind'))).toBe(true)
})

test('a page that one node marks is rendered anew for the visitors of both, once', async () => {
  const [first] = nodes as [PageNode, PageNode]
  await first.publish('one')
  await visitAll('/marked')
  expect(renders()).toEqual(['/marked'])
  await first.mark('/marked')
  await vi.waitUntil(
    async () => {
      await visitAll('/marked')
      return renders().length > 1
    },
    { timeout: 60_000, interval: 20 },
  )
  for (let visits = 0; visits < 5; visits++) await visitAll('/marked')
  expect(renders()).toEqual(['/marked', '/marked'])
})
