/** The client in the versions of Node, with its own WebSocket where there is one, and in Chromium: in one room, through it all. */
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { launchBrowser } from '../e2e/browser.ts'
import { patience, slow } from '../e2e/patience.ts'
import { type NodeVersion, nodeProgram } from '../newcomer/tools.ts'
import { live } from './person.ts'
import { atEnd, room, startNode } from './stage.ts'

vi.setConfig(slow)

/** What each has told, line by line. */
type Told = string[]

function inNode(version: NodeVersion, url: string, name: string): Told {
  const told: Told = []
  const child = fork(fileURLToPath(new URL('./living.ts', import.meta.url)), [url, name], {
    execPath: nodeProgram(version),
    execArgv: ['--conditions=baro-source', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  child.on('message', (line) => told.push(String(line)))
  atEnd(() => child.kill())
  return told
}

async function inChromium(url: string, name: string): Promise<Told> {
  const told: Told = []
  const browser = await launchBrowser()
  atEnd(() => browser.close())
  const page = await browser.newPage()
  await page.exposeFunction('tell', (line: string) => told.push(line))
  await page.goto(url)
  await page.addScriptTag({
    path: createRequire(import.meta.url).resolve('@supabase/supabase-js/dist/umd/supabase.js'),
  })
  await page.evaluate(() => Object.assign(globalThis, { realtime: {} }))
  await page.evaluate(live, [url, name] as const)
  return told
}

test('each hears the others, keeps its place when its token expires, and is back after a restart', async () => {
  const auth = ({ token }: { readonly token?: string }) =>
    token === undefined ? undefined : { id: token, ...(token === 'short' && { expiresAtMs: Date.now() + 1_000 }) }
  const node = await startNode({ auth, access: ({ user }) => user !== undefined })
  const { url } = node
  const all: Readonly<Record<string, Told>> = {
    'Node of the tests': inNode('this', url, 'this'),
    'Node 22': inNode('22', url, '22'),
    'Node 24': inNode('24', url, '24'),
    Chromium: await inChromium(url, 'Chromium'),
  }
  /** What each has told after a place, once it is so. */
  const each = async (from: Readonly<Record<string, number>>, ...lines: readonly RegExp[]) => {
    for (const [name, told] of Object.entries(all))
      for (const line of lines)
        await expect
          .poll(() => told.slice(from[name]), { ...patience, message: name })
          .toContainEqual(expect.stringMatching(line))
  }
  const here = () => Object.fromEntries(Object.entries(all).map(([name, told]) => [name, told.length]))
  await each({}, /^CHANNEL_ERROR$/)
  const expired = Object.fromEntries(Object.entries(all).map(([name, told]) => [name, told.indexOf('CHANNEL_ERROR')]))
  await each(expired, /^SUBSCRIBED$/, /^picture 0,255,/)
  const joined = here()
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'of the server' })
  await each(joined, /^of the server$/)
  const before = here()
  await node.hub.close()
  await node.stopListening()
  const next = await startNode({ auth, access: ({ user }) => user !== undefined, port: Number(new URL(url).port) })
  await each(before, /^SUBSCRIBED$/)
  const back = here()
  await next.hub.publish(room({ id: 1 }), 'message', { text: 'of the next life' })
  await each(back, /^of the next life$/)
})
