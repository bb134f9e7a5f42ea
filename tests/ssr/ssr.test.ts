/** The servers of `examples/ssr`, each in a process of its own, in Chromium: rendered, kept, and live from there. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { complaintsOf, launchBrowser } from '../e2e/browser.ts'
import { slow } from '../e2e/patience.ts'
import { readSource } from '../house/source-files.ts'

vi.setConfig(slow)

const folder = fileURLToPath(new URL('../../examples/ssr/', import.meta.url))
const examples = ['express/server.ts', 'node-react/server.tsx', 'vite-react/server.ts'] as const
const children: ChildProcess[] = []
let browser: Browser
let urls: Readonly<Record<string, string>>

/** Starts an example; resolves with its URL once it says it. */
function start(file: string): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=baro-source', '--import', 'tsx', file], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let printed = ''
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        printed += chunk
        const found = /http:\/\/localhost:\d+/.exec(printed)?.[0]
        if (found) resolve(found)
      })
    child.once('exit', () => reject(new Error(`${file} ended before it served:\n${printed}`)))
  })
}

beforeAll(async () => {
  const started = await Promise.all(examples.map(async (file) => [file, await start(file)] as const))
  urls = Object.fromEntries(started)
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  for (const child of children) child.kill('SIGKILL')
})

async function leave(url: string, text: string): Promise<void> {
  const body = JSON.stringify({ type: 'note', payload: { text } })
  expect((await fetch(`${url}/baro/channels/notes`, { method: 'POST', body })).ok).toBe(true)
}

/** A page as a crawler sees it, without what only programs read. */
async function read(url: string) {
  const answer = await fetch(url)
  const html = (await answer.text()).replace(/<script[\s\S]*?<\/script>/g, '')
  return { html, status: answer.headers.get('cache-status') ?? '' }
}

describe.each(examples)('%s', (file) => {
  test('keeps its page with the text in the HTML, and goes on from where that was rendered', async () => {
    const url = urls[file] ?? ''
    await leave(url, 'before the page')
    expect((await read(url)).html).toContain('<li>before the page</li>')
    const again = await read(url)
    expect(again.status).toMatch(/^Baro; hit/)
    await leave(url, 'while it was <kept>')
    const page = await browser.newPage()
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
    const complaints = complaintsOf(page)
    await page.goto(url)
    await page.getByText('while it was <kept>', { exact: true }).waitFor()
    await leave(url, 'while it is open')
    await page.getByText('while it is open', { exact: true }).waitFor()
    const shown = await page.locator('#notes li').allInnerTexts()
    expect(shown).toEqual(['before the page', 'while it was <kept>', 'while it is open'])
    expect(complaints).toEqual([])
    await page.close()
  })

  test('has under 80 lines', () => {
    const lines = readSource(`examples/ssr/${file}`).split('\n').length
    expect(lines).toBeLessThan(80)
  })
})

test('a page without JavaScript is fresh for whoever asks after a change, and takes a form', async () => {
  const url = urls['express/server.ts'] ?? ''
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`${url}/plain`)
  for (const text of ['by a form', 'by a form again']) {
    await page.getByLabel('A note').fill(text)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText(text, { exact: true }).waitFor()
  }
  await leave(url, 'by another')
  expect((await read(`${url}/plain`)).html).toContain('<li>by another</li>')
  expect((await read(`${url}/plain`)).status).toMatch(/^Baro; hit; ttl=8/)
  await context.close()
})
