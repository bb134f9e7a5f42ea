/**
 * `npm run cluster`: the site on three nodes behind a load balancer, with a Redis beside them (`REDIS_URL`, or one that is started here and
 * forgets everything at the end). `/cluster` shows which node answers, and ends one by a button.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRedisBroker } from '@baro/redis'
import { buildIfNeeded } from '../server/build.ts'
import { vapidKeys } from '../server/inbox/vapid-keys.ts'
import { createBalancer, type Own } from './balancer.ts'
import { panel } from './panel.ts'
import { createSiteNode } from './site-node.ts'

const wantedPort = Number(process.env.PORT || 3000)
await buildIfNeeded(dirname(dirname(fileURLToPath(import.meta.url))))
const url = process.env.REDIS_URL || (await startRedis())
// Sessions of one node are sessions of all.
const env = {
  REDIS_URL: url,
  ISSUER_KEY: process.env.ISSUER_KEY || randomBytes(32).toString('base64url'),
  ...(await vapidKeys(undefined)),
}
const nodes = ['1', '2', '3'].map((name) => createSiteNode(name, env))
await Promise.all(nodes.map((node) => node.start())).catch(stop)

const server = createBalancer(nodes, own)
server.on('error', stop)
server.listen(wantedPort, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
console.log(`Three nodes are at http://localhost:${port}. End one at http://localhost:${port}/cluster`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await Promise.all(nodes.map((node) => node.kill()))
    process.exit(0)
  })

function own(request: IncomingMessage, response: Parameters<Own>[1]): boolean {
  const [, place, action, name] = (request.url ?? '').split('/')
  if (place !== 'cluster') return false
  if (request.method === 'GET' && action === undefined) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(panel)
    return true
  }
  if (request.method === 'GET' && action === 'state') {
    const state = nodes.map((node) => ({ name: node.name, serves: node.port !== undefined, answered: node.answered }))
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify(state))
    return true
  }
  // Another page in the same browser must not end a node.
  const isOwnPage =
    request.headers['sec-fetch-site'] === undefined || request.headers['sec-fetch-site'] === 'same-origin'
  const node = nodes.find((one) => one.name === name)
  const work =
    request.method !== 'POST' || !isOwnPage
      ? undefined
      : action === 'roll'
        ? roll
        : action === 'kill'
          ? node?.kill
          : action === 'start'
            ? node?.start
            : undefined
  if (!work) response.writeHead(404).end()
  else
    work().then(
      () => response.writeHead(204).end(),
      (error) => response.writeHead(500).end(`${error}\n`),
    )
  return true
}

/** Restarts all, as a deploy would: the clients of each move to the others first. */
async function roll(): Promise<void> {
  for (const node of nodes) {
    await node.drain()
    await node.start()
  }
}

async function startRedis(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'baro-cluster-'))
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--loglevel',
    'warning',
  ]
  const redis: ChildProcess = spawn(process.env.REDIS_SERVER || 'redis-server', settings, { stdio: 'ignore' })
  redis.once('error', () =>
    stop('redis-server is missing: install Redis 7 (on Debian `apt-get install redis-server`), or set REDIS_URL.'),
  )
  process.once('exit', () => {
    redis.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const found = `redis://127.0.0.1:${port}`
  await (await createRedisBroker({ url: found }).catch(stop)).close()
  return found
}

function stop(why: unknown): never {
  console.error(why instanceof Error ? why.message : why)
  process.exit(1)
}
