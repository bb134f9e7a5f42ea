/** Three nodes on one Redis and one PostgreSQL, with clients of all kinds, pages, and rows that a program changes by SQL. */
import { setTimeout as wait } from 'node:timers/promises'
import { createSeededRandomness } from '@baro/testing'
import { freePort, startRedis } from '@baro/testing/redis'
import { createNodeProcess } from '../nodes/node-process.ts'
import { startPostgres } from '../postgres/postgres-server.ts'
import { everybody } from './channels.ts'
import type { Ground } from './ground.ts'
import { createPageVisits } from './page-visits.ts'
import { plainRole } from './plain-person.ts'
import { createRows } from './rows.ts'
import { rungs, sdkRole } from './sdk-person.ts'
import { socketIoRole } from './socket-io-person.ts'
import { supabaseRole } from './supabase-person.ts'
import { tokenOf } from './tokens.ts'
import type { Kept } from './verdict.ts'
import type { Danger } from './weather.ts'

const dangers: readonly Danger[] = [
  { name: 'node killed', weight: 3, ms: [0, 1_500] },
  { name: 'node stands still', weight: 3, ms: [200, 6_000] },
  { name: 'node replaced', weight: 2, ms: [0, 500] },
  { name: 'Redis killed', weight: 2, ms: [0, 2_500] },
  { name: 'Redis stands still', weight: 1, ms: [200, 3_000] },
  { name: 'connections of Redis ended', weight: 1, ms: [0, 0] },
  { name: 'database killed', weight: 2, ms: [0, 2_500] },
  { name: 'connections of the database ended', weight: 1, ms: [0, 0] },
]

/** Starts them. The seed chooses where connections go. */
export async function threeNodes(seed: string): Promise<Ground> {
  const random = createSeededRandomness(seed)
  const [toNodes, ofRows] = [random.fork('nodes'), random.fork('rows')]
  // What Redis has acknowledged, it keeps: nothing may be lost, and nobody reset.
  const [redis, postgres, ...ports] = await Promise.all([
    startRedis('--appendonly', 'yes', '--appendfsync', 'always'),
    startPostgres(),
    ...[1, 2, 3].map(() => freePort()),
  ])
  const rows = await createRows(postgres.url(), ofRows)
  const script = new URL('whole-node.ts', import.meta.url)
  const nodes = ports.map((port) => createNodeProcess(port, [redis.url, postgres.url()], script))
  await Promise.all(nodes.map((node) => node.start()))
  const visits = createPageVisits()

  const befall: Readonly<Record<string, (which: number, ms: number) => Promise<unknown>>> = {
    async 'node killed'(which, ms) {
      const node = at(which)
      await node.kill()
      await wait(ms)
      await node.start()
    },
    async 'node stands still'(which, ms) {
      const node = at(which)
      node.signal('SIGSTOP')
      await wait(ms)
      node.signal('SIGCONT')
    },
    async 'node replaced'(which, ms) {
      const node = at(which)
      node.signal('SIGTERM')
      await wait(1_500)
      await node.kill()
      await wait(ms)
      await node.start()
    },
    async 'Redis killed'(_which, ms) {
      await redis.kill()
      await wait(ms)
      await redis.start()
    },
    async 'Redis stands still'(_which, ms) {
      redis.signal('SIGSTOP')
      await wait(ms)
      redis.signal('SIGCONT')
    },
    'connections of Redis ended': (which) =>
      redis.command('CLIENT', 'KILL', 'TYPE', which < 0.5 ? 'pubsub' : 'normal').catch(() => {}),
    async 'database killed'(_which, ms) {
      await postgres.stop('kill')
      await wait(ms)
      await postgres.start()
    },
    'connections of the database ended': () => rows.endConnections(),
  }
  const at = (which: number) => nodes[Math.floor(which * nodes.length)] as (typeof nodes)[number]

  return {
    get port() {
      return toNodes.pick(ports)
    },
    cast: [
      ...rungs.flatMap((rung) => [sdkRole(rung), sdkRole(rung)]),
      ...[1, 2, 3].map(() => socketIoRole('websocket')),
      ...[supabaseRole, supabaseRole, plainRole, plainRole, plainRole],
    ],
    dangers,
    async befall(danger, which, ms) {
      await befall[danger]?.(which, ms)
    },
    async stir(url, goesOn) {
      await Promise.all([rows.write(goesOn), rows.watch(url), visits.begin(url, goesOn)])
    },
    stirred: async () => [...(await rows.wrong()), ...(await visits.wrong())],
    readRoom: () => readRoom(`http://127.0.0.1:${ports[0]}/baro/channels/${everybody.channel}`),
    async end() {
      rows.close()
      for (const node of nodes) node.signal('SIGCONT')
      await Promise.all(nodes.map((node) => node.kill()))
      await rows.end()
      await Promise.all([redis.close(), postgres.end()])
    },
  }
}

async function readRoom(address: string): Promise<readonly Kept[]> {
  const kept: Kept[] = []
  const ask = async (query: string) => {
    const headers = { authorization: `Bearer ${tokenOf('reader')}` }
    return (await fetch(address + query, { headers })).json() as Promise<{
      readonly publications: readonly { readonly payload: Kept }[]
      readonly position: string
      readonly more?: true
      readonly reset?: string
    }>
  }
  const [kind, epoch = ''] = (await ask('')).position.split('.')
  for (let position = `${kind}.${epoch}.0.`, more = true; more; ) {
    const answer = await ask(`?after=${position}&limit=1000`)
    if (answer.reset) throw new Error(`The room cannot be read from its beginning: ${answer.reset}.`)
    kept.push(...answer.publications.map(({ payload }) => payload))
    position = answer.position
    more = answer.more === true
  }
  return kept
}
