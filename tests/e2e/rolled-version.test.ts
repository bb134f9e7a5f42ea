/** A rolling deploy of a definition with another version: for a while, nodes of both run side by side. */
import { createMemoryBroker } from '@baro/server'
import { createSeededRandomness } from '@baro/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFront } from '../nodes/front.ts'
import { createFrontCache } from './aged-page/front-cache.ts'
import { type StoryNode, startStoryNode } from './aged-page/node.tsx'
import { complaintsOf, launchBrowser } from './browser.ts'
import { patience, slow } from './patience.ts'

vi.setConfig(slow)

let browser: Browser
const running = new Set<StoryNode>()

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser?.close())

afterEach(async () => {
  for (const node of running) await stop(node)
})

async function start(broker: ReturnType<typeof createMemoryBroker>, version: string): Promise<StoryNode> {
  const node = await startStoryNode(broker, { version, kept: 1_000 })
  running.add(node)
  return node
}

async function stop(node: StoryNode): Promise<void> {
  running.delete(node)
  await node.stop()
}

/** Opens a page whose time can be moved on, and counts how often it is loaded. */
async function open(url: string) {
  const page = await (await browser.newContext()).newPage()
  onTestFinished(() => page.context().close())
  const complaints = complaintsOf(page)
  let loads = 0
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads++
  })
  await page.clock.install()
  await page.goto(url)
  return { page, complaints, loads: () => loads }
}

const shown = (page: Page) => page.locator('li').allInnerTexts()
const stateOf = (page: Page) => page.locator('main').getAttribute('data-state')

describe('while nodes of two versions run side by side', () => {
  /** A page that one of the two has rendered, whose link leads to the other: it was loaded again, and is outdated all the same. */
  async function openedFrom(origin: 'before' | 'after') {
    const broker = createMemoryBroker()
    const nodes = { before: await start(broker, '1'), after: await start(broker, '2') }
    const front = await createFrontCache(nodes[origin].port)
    onTestFinished(() => front.close())
    front.links = nodes[origin === 'before' ? 'after' : 'before'].port
    await nodes.before.publish('a', 'b')
    const opened = await open(front.url)
    await expect.poll(opened.loads, patience).toBe(2)
    await expect.poll(() => stateOf(opened.page), patience).toBe('outdated')
    return { ...nodes, ...opened, front }
  }

  test('a page that its reload brought from a node of before is loaded again when the deploy is over, and shows each line once', async () => {
    const { before, after, front, page, complaints, loads } = await openedFrom('before')
    await after.publish('c', 'd')
    expect(await shown(page)).toEqual(['a (1)', 'b (1)'])

    front.target = after.port
    await stop(before)
    await page.clock.fastForward('00:31')
    await expect.poll(() => stateOf(page), patience).toBe('live')
    expect(await shown(page)).toEqual(await after.state())
    await after.publish('e')
    await expect.poll(() => shown(page), patience).toEqual(['a (2)', 'b (2)', 'c (2)', 'd (2)', 'e (2)'])
    expect(loads()).toBe(3)
    expect(complaints).toEqual([])
  })

  test('a new page that meets a node of before goes on at a new one without being loaded again', async () => {
    const { before, after, front, page, loads } = await openedFrom('after')
    await before.publish('c')

    front.links = after.port
    await stop(before)
    await expect.poll(() => stateOf(page), patience).toBe('live')
    expect(await shown(page)).toEqual(['a (2)', 'b (2)', 'c (2)'])
    expect(loads()).toBe(2)
  })

  test('six pages go through a deploy of three nodes, behind a proxy that takes any of them: all are live at its end, and show each line once', async () => {
    const broker = createMemoryBroker()
    const nodes: StoryNode[] = []
    for (let count = 0; count < 3; count++) nodes.push(await start(broker, '1'))
    const ports = nodes.map(({ port }) => port)
    const front = await createFront(ports, createSeededRandomness(1))
    onTestFinished(() => front.close())
    const url = `http://127.0.0.1:${front.port}/`
    const opened = await Promise.all(Array.from({ length: 6 }, () => open(url)))
    let said = 0
    const publish = () => nodes.at(-1)?.publish(`line ${++said}`)
    const lines = (version: string) => Array.from({ length: said }, (_, index) => `line ${index + 1} (${version})`)

    await publish()
    for (let index = 0; index < 3; index++) {
      const [old] = nodes.splice(0, 1)
      ports.shift()
      await publishDuring(stop(old as StoryNode))
      const node = await start(broker, '2')
      nodes.push(node)
      ports.push(node.port)
      await publish()
      for (const { page } of opened) {
        await expect.poll(() => stateOf(page), patience).toMatch(/^(live|outdated)$/)
        await page.clock.fastForward('00:20')
      }
    }
    for (const { page, loads } of opened) {
      for (let minute = 0; minute < 10 && (await stateOf(page)) !== 'live'; minute++) {
        await page.clock.fastForward('01:00')
        await expect.poll(() => stateOf(page), patience).toMatch(/^(live|outdated)$/)
      }
      await expect.poll(() => shown(page), patience).toEqual(lines('2'))
      expect(loads()).toBeGreaterThan(1)
      expect(loads()).toBeLessThanOrEqual(6)
    }

    async function publishDuring(done: Promise<unknown>): Promise<void> {
      await publish()
      await done
      await publish()
    }
  })
})
