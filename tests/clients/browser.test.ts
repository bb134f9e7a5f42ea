/** What a browser does by itself, without a line of ours in the page. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { channel } from '@baro/core'
import { createHub } from '@baro/server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { launchBrowser } from '../e2e/browser.ts'
import { createRestartingNode } from './restarting-node.ts'

let browser: Browser
const ends: (() => unknown)[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A page of this URL, and what its script hands out, one by one. */
async function open(url: string, script: (url: string) => void): Promise<() => Promise<string>> {
  const page: Page = await browser.newPage()
  ends.push(() => page.close())
  const heard: string[] = []
  let tell = () => {}
  await page.exposeFunction('hear', (text: string) => {
    heard.push(text)
    tell()
  })
  await page.goto(new URL('/baro/health', url).href)
  await page.evaluate(script, url)
  return async () => {
    while (heard.length === 0)
      await new Promise<void>((resolve) => {
        tell = resolve
      })
    return heard.shift() ?? ''
  }
}

declare const hear: (text: string) => void

test('I2: its EventSource follows through a restart, payloads alone, even if it was cut before the first', async () => {
  const node = await createRestartingNode()
  ends.push(() => node.close())
  await node.publish('before')
  const next = await open(node.url, (url) => {
    const source = new EventSource(`${url}?view=payload`)
    source.onopen = () => hear('open')
    source.onmessage = ({ data }) => hear(data)
  })
  expect(await next()).toBe('open')
  await node.stop()
  await node.publish('meanwhile')
  await node.start({ remembers: true })
  await node.publish('later')
  expect([await next(), await next(), await next()]).toEqual(['open', 'meanwhile', 'later'])
})

test('its cache is the cursor of a loop over view=state&wait: no request but for news', async () => {
  const list = channel('list', {
    events: { said: z.string() },
    state: { initial: (): string[] => [], on: { said: (texts, { payload }) => [...texts, payload] } },
  })
  const hub = createHub({ channels: [list] })
  hub.on(list, { access: 'public' })
  const tags: (string | undefined)[] = []
  const server = createServer((request, response) => {
    if (request.url?.includes('view=state')) tags.push(request.headers['if-none-match'])
    hub.handle(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  ends.push(
    () => hub.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  )
  await hub.publish(list(), 'said', 'one')
  const next = await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/baro/channels/list`, (url) => {
    async function follow() {
      for (;;) hear(JSON.stringify(await (await fetch(`${url}?view=state&wait=25`)).json()))
    }
    follow()
  })
  expect(await next()).toBe('["one"]')
  for (const text of ['two', 'three', '넷']) {
    await hub.publish(list(), 'said', text)
    expect(await next()).toContain(text)
  }
  // The first had nothing to show; every later one the tag of the one before it.
  expect(tags.length).toBeLessThanOrEqual(5)
  expect(tags[0]).toBeUndefined()
  expect(new Set(tags.slice(1)).size).toBe(tags.length - 1)
  expect(tags.slice(1).every((tag) => tag !== undefined)).toBe(true)
})

test('its WebSocket is compressed both ways without being asked, and reads an answer put together from blocks', async () => {
  const list = channel('list', {
    events: { said: z.string() },
    state: { initial: (): string[] => [], on: { said: (texts, { payload }) => [...texts, payload] } },
  })
  const hub = createHub({ channels: [list] })
  hub.on(list, { access: 'public', events: { said: ({ payload, publish }) => publish('said', payload) } })
  const listening = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), listening.close)
  const long = '안녕하세요, 세상. '.repeat(10_000)
  await hub.publish(list(), 'said', long)
  const next = await open(`http://127.0.0.1:${listening.port}/baro/channels/list`, (url) => {
    const socket = new WebSocket(url.replace('http', 'ws'))
    const texts: string[] = []
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data)
      if (type === 'baro:reset') {
        hear(socket.extensions)
        hear(payload.snapshot[0])
        socket.send(JSON.stringify({ type: 'said', payload: '넷 '.repeat(5_000), id: 'mine' }))
      } else texts.push(type === 'said' ? payload : `${type} ${payload.id}`)
      if (texts.length === 2) hear(texts.sort().join('|'))
    }
  })
  expect(await next()).toBe('permessage-deflate; server_no_context_takeover; client_no_context_takeover')
  expect(await next()).toBe(long)
  expect(await next()).toBe(`baro:published mine|${'넷 '.repeat(5_000)}`)
})

test('the chat of a tutorial, new WebSocket(host) and onmessage, is a channel that is mounted at the root', async () => {
  const chat = channel('chat', { events: { message: z.string() }, text: 'message' })
  const hub = createHub({ channels: [chat] })
  hub.on(chat, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  hub.serveSockets('/', chat(), { view: 'payload' })
  const listening = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), listening.close)
  const script = (url: string) => {
    const socket = new WebSocket(`ws://${new URL(url).host}`)
    socket.onopen = () => hear('open')
    socket.onmessage = ({ data }) => {
      hear(data)
      if (data === 'Hello') socket.send('And hello to you')
    }
  }
  const url = `http://127.0.0.1:${listening.port}`
  const [ada, bob] = [await open(url, script), await open(url, script)]
  expect([await ada(), await bob()]).toEqual(['open', 'open'])
  while (hub.counters.recovered < 2) await new Promise((resolve) => setImmediate(resolve))
  await hub.publish(chat(), 'message', 'Hello')
  for (const next of [ada, bob])
    expect([await next(), await next(), await next()]).toEqual(['Hello', 'And hello to you', 'And hello to you'])
})
