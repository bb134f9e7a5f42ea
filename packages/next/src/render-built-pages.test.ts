import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ownUrl } from './own-url.ts'
import { renderBuiltPages } from './render-built-pages.ts'

let distDir: string
let server: Server
let asked: (string | undefined)[]

beforeEach(async () => {
  distDir = await mkdtemp(join(tmpdir(), 'baro-built-'))
  asked = []
  server = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers['x-prerender-revalidate']}`)
    if (url === '/hangs') return
    response.setHeader('cache-control', 's-maxage=3600').end('rendered')
  }).listen(0)
  await once(server, 'listening')
})

afterEach(async () => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  server.close()
  await rm(distDir, { recursive: true })
})

function write(name: string, manifest: unknown): Promise<void> {
  return writeFile(join(distDir, name), JSON.stringify(manifest))
}

const manifest = {
  routes: {
    '/rooms/1': { initialRevalidateSeconds: 1 },
    '/about': { initialRevalidateSeconds: false },
    '/prices': { initialRevalidateSeconds: 60 },
  },
  preview: { previewModeId: 'secret' },
}

test('pages that were built without a hub are rendered once more, and no others', async () => {
  await write('prerender-manifest.json', manifest)
  const rendered: string[] = []
  await renderBuiltPages(ownUrl(server), { distDir, rendered: ({ path, html }) => rendered.push(`${path} ${html}`) })
  expect(asked).toEqual(['/rooms/1 secret'])
  expect(rendered).toEqual(['/rooms/1 rendered'])
})

test('they are asked for below the base path of the app', async () => {
  await write('prerender-manifest.json', manifest)
  await write('routes-manifest.json', { basePath: '/docs' })
  await renderBuiltPages(ownUrl(server), { distDir })
  expect(asked).toEqual(['/docs/rooms/1 secret'])
})

test('where there is no build nothing is asked for', async () => {
  await renderBuiltPages(ownUrl(server), { distDir })
  expect(asked).toEqual([])
})

test('one that hangs keeps neither the others nor the start of the node for ever', async () => {
  const routes = Object.fromEntries(['/hangs', '/rooms/1'].map((path) => [path, { initialRevalidateSeconds: 1 }]))
  await write('prerender-manifest.json', { ...manifest, routes })
  const said: string[] = []
  vi.spyOn(console, 'warn').mockImplementation((sentence) => void said.push(sentence))
  const rendered: string[] = []
  await renderBuiltPages(ownUrl(server), { distDir, timeoutMs: 1_000, rendered: ({ path }) => rendered.push(path) })
  expect(rendered).toEqual(['/rooms/1'])
  expect(said).toEqual(['The page "/hangs" was not rendered within 1000 ms after the start.'])
})
