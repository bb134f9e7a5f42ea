/** A node that renders a page, which any cache may keep for a day, and that can be put in the place of another. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { createMemoryBroker } from '@baro/server'
import { createHub } from '@baro/server'
import { build } from 'esbuild'
import { renderToString } from 'react-dom/server'
import { type Deployed, storyOf } from './story.ts'
import { StoryPage } from './story-page.tsx'

export interface StoryNode {
  readonly port: number
  /** Publishes lines with these texts, one after the other. */
  publish(...lines: readonly string[]): Promise<void>
  /** What is right: the state at the head. */
  state(): Promise<readonly string[]>
  stop(): Promise<void>
}

const bundles = new Map<string, Promise<Uint8Array>>()

function bundleOf(version: string): Promise<Uint8Array> {
  const before = bundles.get(version)
  if (before) return before
  const made = build({
    entryPoints: [fileURLToPath(new URL('./client.tsx', import.meta.url))],
    ...{ bundle: true, write: false, format: 'esm', jsx: 'automatic', conditions: ['baro-source'] },
    define: { DEPLOYED_VERSION: JSON.stringify(version), 'process.env.NODE_ENV': '"production"' },
  }).then(({ outputFiles }) => outputFiles[0]?.contents ?? new Uint8Array())
  bundles.set(version, made)
  return made
}

/** Starts a node over a broker, which may have been that of another. */
export async function startStoryNode(
  broker: ReturnType<typeof createMemoryBroker>,
  deployed: Deployed,
): Promise<StoryNode> {
  const story = storyOf(deployed)
  const hub = createHub({ channels: [story], broker })
  hub.on(story, { access: 'public' })
  const page = hub.pages(
    async (_request, response) => {
      const initial = await hub.snapshot(story())
      const html = renderToString(<StoryPage story={story} initial={initial} />)
      response
        .writeHead(200, {
          'Content-Type': 'text/html; charset=utf-8',
          'Cache-Control': 'public, max-age=86400',
          'Content-Security-Policy': "default-src 'self'; script-src 'self' 'unsafe-inline'; img-src data:",
        })
        .end(`<!doctype html><html lang="en"><title>Story</title><link rel="icon" href="data:,"><div id="root">${html}</div>
<script type="application/json" id="initial">${JSON.stringify(initial)}</script>
<script type="module" src="/client.${deployed.version}.js"></script>`)
    },
    { cookies: [], query: [] },
  )
  const server = createServer(async (request, response) => {
    const [, version] = /^\/client\.(.*)\.js$/.exec(request.url ?? '') ?? []
    if (version === undefined) return page(request, response)
    response.setHeader('Content-Type', 'text/javascript').end(await bundleOf(version))
  })
  hub.attach(server)
  server.listen(0)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async publish(...lines) {
      for (const line of lines) await hub.publish(story(), 'line', line)
    },
    state: async () => (await hub.snapshot(story())).value,
    async stop() {
      server.close()
      server.closeAllConnections()
      await hub.close()
    },
  }
}
