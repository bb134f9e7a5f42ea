import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDiskBroker } from '@baro/disk'
import { attach, renderBuiltPages } from '@baro/next'
import { createRedisBroker, createRedisPageStore } from '@baro/redis'
import { createMemoryBroker, type Hub } from '@baro/server'
import next from 'next'
import { answerPath } from './answer-path.ts'
import { openBreakIt } from './break-it/break-it.ts'
import { buildIfNeeded, makeReference } from './build.ts'
import { createComparison } from './compare.ts'
import { showHandshake } from './handshake.ts'
import { createSiteHub, inspectorKey, keptSeconds } from './hub.ts'
import { vapidKeys } from './inbox/vapid-keys.ts'
import { issuerKey } from './issuer-key.ts'
import { keptPages } from './kept-pages.ts'
import { openDatabase } from './open-database.ts'
import { type CachedPage, cachedPage, shortHistories } from './page-lives.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { openSqlDoor } from './sql-door.ts'
import { makeTables } from './tables.ts'
import { readTlsFiles } from './tls-files.ts'
import { varyByLanguage } from './vary-by-language.ts'

const dir = dirname(dirname(fileURLToPath(import.meta.url)))
const dev = process.argv.includes('--dev')
const wantedPort = Number(process.env.PORT || 3000)

// npm runs this in the folder of the site, and says where it was called.
const folder = process.env.INIT_CWD || process.cwd()
const tls = await readTlsFiles({ args: process.argv.slice(2), env: process.env, folder }).catch(stop)

// Next reads these when its server is made.
process.chdir(dir)
Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production' })

const server: Server = tls ? createSecureServer(tls) : createServer()
await assertFree(wantedPort)
// A restart then resets nobody. With `REDIS_URL` several of these processes are one site. Without either everything is in memory.
const data = process.argv.includes('--disk') ? process.env.BARO_FOLDER || `${dir}/.baro` : undefined
const shared = process.env.REDIS_URL
// A database in its process is one of this node alone.
const databaseUrl = process.env.DATABASE_URL ?? (shared === undefined ? undefined : 'none')
const database = openDatabase(databaseUrl, data && `${data}/postgres`)
// The first start of an embedded one takes some seconds, beside the build.
const tablesMade = database && makeTables(database.driver)
tablesMade?.catch(() => {})
if (process.argv.includes('--build')) await buildIfNeeded(dir)
if (dev) await makeReference(dir)

const broker =
  shared !== undefined
    ? await createRedisBroker({ url: shared }).catch(stop)
    : data !== undefined
      ? await createDiskBroker({ folder: data })
      : createMemoryBroker()
// The pages check sessions by it too, and each of their bundles is another module.
process.env.ISSUER_KEY ||= await issuerKey(data)
await tablesMade?.catch((error) => stop(new Error(`The database cannot be used: ${error.message}`, { cause: error })))
const keys = await vapidKeys(data)
// The page of an inbox reads the public one.
Object.assign(process.env, keys)
// Nodes that are one site render a page once.
const pageStore = shared === undefined ? undefined : await createRedisPageStore({ url: shared }).catch(stop)
const hub = await createSiteHub({ keys, broker, database: database?.driver, pageStore })
const breakIt = await openBreakIt(hub, broker)
const handleUpgrade: Hub['handleUpgrade'] = (request, stream, head) =>
  showHandshake(request, stream) ||
  breakIt.handleUpgrade(request, stream, head) ||
  hub.handleUpgrade(request, stream, head)
const attached: Hub = { ...hub, handleUpgrade }
attach(attached, server, { pages: keptPages, inlineScripts: 'nonce' })
const app = next({ dev, dir, port: wantedPort, httpServer: server })
await app.prepare()
const handle = app.getRequestHandler()
const compare = createComparison(hub)
const answer: RequestListener = (request, response) => {
  setSecurityHeaders(response, { dev })
  if (breakIt.handle(request, response) || compare(request, response)) return
  if (answerPath(request, response, { dev, database: database !== undefined })) return
  varyByLanguage(request, response)
  void handle(request, response)
}
server.on('request', answer)
// A place of its own for what this process asks itself: a certificate is for the name of the site, and nobody here need trust who signed it.
const within = createServer(answer)
// What is rendered for it is written down like all renders.
attach(attached, within)
await listen(within, 0, '127.0.0.1')
process.env.OWN_URL = `http://127.0.0.1:${(within.address() as AddressInfo).port}`
await listen(server, wantedPort)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    server.close()
    await hub.drain({ spreadMs: 500, timeoutMs: 2_000 })
    await breakIt.close()
    await hub.close()
    await broker.close()
    await pageStore?.close()
    await database?.close()
    process.exit(0)
  })
const url = `${tls ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}`
if (!dev) {
  const pages: CachedPage[] = []
  await renderBuiltPages(process.env.OWN_URL, { rendered: (page) => pages.push(cachedPage(page)) })
  for (const sentence of shortHistories(pages, keptSeconds)) console.warn(sentence)
}
console.log(`The site is at ${url}`)
if (dev || inspectorKey) console.log(`Look into its hub at ${url}/baro/inspect`)
if (database) await sayHowToChangeRows(database)

async function sayHowToChangeRows({ driver, isEmbedded }: NonNullable<typeof database>): Promise<void> {
  const statement = 'update baro_site.products set stock = stock + 10'
  const line = isEmbedded
    ? `curl -d '${statement}' ${(await openSqlDoor(driver)).url}`
    : `psql "$DATABASE_URL" -c '${statement}'`
  console.log(`Look at ${url}/shop, and change a row from another terminal:\n  ${line}`)
}

// Asked before the build, which takes half a minute: whoever has to choose another port should know at once.
async function assertFree(port: number): Promise<void> {
  const probe = createServer()
  await listen(probe, port)
  probe.close()
  await once(probe, 'close')
}

async function listen(server: Server, port: number, host?: string): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    stop(busy ? `Port ${port} is in use. Set another: PORT=${port + 1} npm start` : error)
  }
}

function stop(why: unknown): never {
  console.error(why instanceof Error ? why.message : why)
  process.exit(1)
}
