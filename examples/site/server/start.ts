import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDiskBroker } from '@baro/disk'
import { attach, renderBuiltPages } from '@baro/next'
import type { Hub } from '@baro/server'
import next from 'next'
import { answerPath } from './answer-path.ts'
import { buildIfNeeded } from './build.ts'
import { showHandshake } from './handshake.ts'
import { createSiteHub, keptSeconds } from './hub.ts'
import { type CachedPage, cachedPage, shortHistories } from './page-lives.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { varyByLanguage } from './vary-by-language.ts'

const dir = dirname(dirname(fileURLToPath(import.meta.url)))
const dev = process.argv.includes('--dev')
const wantedPort = Number(process.env.PORT || 3000)

// Next reads these when its server is made.
process.chdir(dir)
Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production' })

const server = createServer()
await assertFree(wantedPort)
if (process.argv.includes('--build')) await buildIfNeeded(dir)

// A restart then resets nobody. Without it everything is in memory, as `createHub` has it.
const broker = process.argv.includes('--disk')
  ? await createDiskBroker({ folder: process.env.BARO_FOLDER || `${dir}/.baro` })
  : undefined
const hub = await createSiteHub(broker)
const handleUpgrade: Hub['handleUpgrade'] = (request, stream, head) =>
  showHandshake(request, stream) || hub.handleUpgrade(request, stream, head)
attach({ ...hub, handleUpgrade }, server)
const app = next({ dev, dir, port: wantedPort, httpServer: server })
await app.prepare()
const handle = app.getRequestHandler()
server.on('request', (request, response) => {
  setSecurityHeaders(response, { dev })
  if (answerPath(request, response, { dev })) return
  varyByLanguage(request, response)
  void handle(request, response)
})
await listen(server, wantedPort)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    server.close()
    await hub.drain({ spreadMs: 500, timeoutMs: 2_000 })
    await hub.close()
    await broker?.close()
    process.exit(0)
  })
const url = `http://localhost:${(server.address() as AddressInfo).port}`
if (!dev) {
  const pages: CachedPage[] = []
  await renderBuiltPages(url, { rendered: (page) => pages.push(cachedPage(page)) })
  for (const sentence of shortHistories(pages, keptSeconds)) console.warn(sentence)
}
console.log(`The site is at ${url}`)

// Asked before the build, which takes half a minute: whoever has to choose another port should know at once.
async function assertFree(port: number): Promise<void> {
  const probe = createServer()
  await listen(probe, port)
  probe.close()
  await once(probe, 'close')
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port)
    await once(server, 'listening')
  } catch (error) {
    const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    console.error(busy ? `Port ${port} is in use. Set another: PORT=${port + 1} npm start` : error)
    process.exit(1)
  }
}
