/** One table, and everybody who can look at it: whatever SQL was written, all of them show the table in the end. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { createClient, type Transport } from '@baro/client'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import { createDatabase } from '@baro/postgres'
import { table } from '@baro/postgres/table'
import { createHub } from '@baro/server'
import { mount as mountSocketIo } from '@baro/socket.io'
import { mount as mountSupabase } from '@baro/supabase'
import { EventSource } from 'eventsource'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createTestDatabase, type TestDatabase } from '../../packages/postgres/test/test-database.ts'
import { patience } from '../e2e/patience.ts'
import { randomOf } from '../e2e/random-of.ts'
import { atEnd } from '../gateways/serving.ts'
import { chat, join } from '../socket.io/stage.ts'
import { clientAt, joined } from '../supabase/stage.ts'
import { type Changed, Told } from './told-changes.ts'

const products = table('public.products', {
  key: ['id'],
  columns: { id: 'integer', name: 'text', category: 'text | null', price: 'numeric' },
  filters: ['category'],
})

const toolsAndNew = products({ category: '도구' })

interface Product {
  readonly id: number
  readonly name: string
  readonly category: string | null
  readonly price: string | number
}

/** Rows in one form: a client of Supabase has numbers where the others have decimal text. */
const formOf = (rows: Iterable<Product>) =>
  [...rows].map(({ id, name, category, price }) => `${id} ${name} ${category} ${Number(price)}`).toSorted()

/** Somebody who looks at the rows. */
interface Watcher {
  readonly name: string
  shown(): readonly string[] | Promise<readonly string[]>
}

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())

/** A node with everything that may be mounted on it, and a page of the rows as they are kept. */
async function start() {
  const hub = createHub({
    channels: [products],
    database: createDatabase(database.pool, { pollIntervalMs: 20 }),
    limits: { timesPerAddress: Number.POSITIVE_INFINITY },
    development: false,
  })
  hub.on(products, { access: 'public' })
  mountSocketIo(hub, chat)
  mountSupabase(hub)
  const render = async (_request: unknown, response: import('node:http').ServerResponse) => {
    const json = JSON.stringify(await hub.snapshot(toolsAndNew)).replaceAll('<', '\\u003c')
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><script type="application/json">${json}</script>`)
  }
  const kept = { maxAge: '1d', minInterval: 1 } as const
  const pages = hub.pages(render, {
    policy: (path) => (path === '/fresh' ? { ...kept, waitBehind: 0 } : { ...kept, maxBehind: 1_000_000 }),
    cookies: [],
  })
  const server = createServer(pages)
  hub.attach(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => {
    await hub.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { hub, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof start>>['hub']['snapshot']>>

/** A page as it is served now: the snapshot in it, and what the cache says of it. */
async function pageOf(url: string) {
  const response = await fetch(url)
  const json = (await response.text()).match(/<script type="application\/json">(.*)<\/script>/s)?.[1] ?? ''
  return { snapshot: JSON.parse(json), cacheStatus: response.headers.get('cache-status') ?? '' }
}

/** A page in a browser, opened from a page that is kept, over one transport. */
function sdk(url: string, transport: Transport & { readonly rung?: string }, page: Page): Watcher {
  const client = createClient({ url: `${url}/baro`, transport })
  atEnd(() => client.close())
  const subscription = client.subscribe(products, page as never)
  return {
    name: `the SDK over ${transport.rung}, from a page of an hour ago`,
    shown: () => formOf(subscription.current.state?.rows ?? []),
  }
}

/** Folds what is told into rows, by their key. */
class Folded {
  readonly #rows = new Map<number, Product>()

  reset(rows: readonly Product[]): void {
    this.#rows.clear()
    for (const row of rows) this.#rows.set(row.id, row)
  }

  take(type: string, { key, row }: { readonly key?: { readonly id: number }; readonly row?: Product }): void {
    if (type === 'truncate') this.#rows.clear()
    if (key) this.#rows.delete(key.id)
    if (row) this.#rows.set(row.id, row)
  }

  get form(): readonly string[] {
    return formOf(this.#rows.values())
  }
}

/** The `EventSource` of a page without our client. */
function eventStream(url: string, page: Page): Watcher {
  const rows = new Folded()
  rows.reset((page.value as { rows: readonly Product[] }).rows)
  const source = new EventSource(`${url}/baro/channels/${toolsAndNew.channel}?live=sse&after=${page.position}`)
  atEnd(() => source.close())
  source.onmessage = ({ data }) => {
    const { type, payload } = JSON.parse(data)
    if (type === 'baro:reset') rows.reset(payload.snapshot.rows)
    else rows.take(type, payload)
  }
  return { name: 'an EventSource, from a page of an hour ago', shown: () => rows.form }
}

/** An unmodified client of Socket.IO, which reads the rows as they are and then hears what changes. */
async function socketIo(url: string): Promise<Watcher> {
  const rows = new Folded()
  const socket = io(url, { transports: ['websocket'], forceNew: true })
  atEnd(() => socket.disconnect())
  socket.onAny((type, payload) => rows.take(type, payload))
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  expect(await join(socket, toolsAndNew.channel)).toBeUndefined()
  return { name: 'socket.io-client', shown: () => rows.form }
}

/** An unmodified client of Supabase. */
async function supabase(url: string): Promise<Watcher> {
  const rows = new Folded()
  const topic = clientAt(url).channel('tools')
  const told = new Told(topic, { event: '*', table: 'products', filter: 'category=eq.도구' })
  await joined(topic)
  let folded = 0
  return {
    name: 'supabase-js',
    shown: () => {
      for (const change of told.all.slice(folded)) fold(change)
      folded = told.all.length
      return rows.form
    },
  }
  function fold({ eventType, new: now, old }: Changed): void {
    const before = old as { readonly id?: number }
    rows.take(String(eventType), {
      ...(before.id !== undefined && { key: { id: before.id } }),
      ...(eventType !== 'DELETE' && { row: now as Product }),
    })
  }
}

const run = promisify(execFile)

/** A shell. */
const curl = (url: string): Watcher => ({
  name: 'curl',
  shown: async () => {
    const { stdout } = await run('curl', ['-sf', `${url}/baro/channels/${toolsAndNew.channel}`])
    return formOf(JSON.parse(stdout).snapshot.rows)
  },
})

/** A page of the cache that waits for its render when it is behind. */
const freshPage = (url: string): Watcher => ({
  name: 'a page fresh from the cache',
  shown: async () => formOf((await pageOf(`${url}/fresh`)).snapshot.value.rows),
})

const words = ['톱', '못', 'saw', "it's", '🔨 망치', 'e\u0301', '\u00e9', '<b>', '100%', ' ']

/** Transactions as programs write them: some bring rows into the filter and out of it, some change keys, some are rolled back. */
async function write(random: () => number, transactions: number): Promise<void> {
  const one = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  const id = () => 1 + Math.floor(random() * 40)
  const client = await database.pool.connect()
  try {
    for (let count = 0; count < transactions; count++) {
      await client.query('begin')
      for (let step = 0; step <= random() * 4; step++) {
        const values = [id(), one(words), one(['도구', '도구', '음식', null]), (random() * 1e6).toFixed(2)]
        const insert = `insert into products values ($1, $2, $3, $4)
          on conflict (id) do update set name = excluded.name, category = excluded.category, price = excluded.price`
        const kind = random()
        if (kind < 0.6) await client.query(insert, values)
        else if (kind < 0.8) await client.query('delete from products where id = $1', [id()])
        else
          await client.query(
            `update products set id = $2 where id = $1 and not exists (select from products where id = $2)`,
            [id(), id()],
          )
      }
      await client.query(random() < 0.1 ? 'rollback' : 'commit')
    }
  } finally {
    client.release()
  }
}

test('a value changed by SQL is seen by every kind of client, by a fresh page, and by one that was cached before', async () => {
  await database.run(
    'create table products (id integer primary key, name text not null, category text, price numeric not null)',
  )
  const { url } = await start()
  // They hear what changes, and read nothing before: so they begin with the table.
  const hearing = [await socketIo(url), await supabase(url)]
  const random = randomOf(7)
  await write(random, 50)
  const old = await pageOf(`${url}/kept`)
  await write(random, 150)
  // What a visitor gets an hour later is that page: it lacks changes, and says so.
  const served = await pageOf(`${url}/kept`)
  expect(served.snapshot).toEqual(old.snapshot)
  const watchers: Watcher[] = [
    ...hearing,
    sdk(url, createWebSocketTransport({ WebSocket }), served.snapshot),
    sdk(url, createHttpTransport('sse'), served.snapshot),
    sdk(url, createHttpTransport('long-poll'), served.snapshot),
    sdk(url, createHttpTransport('poll', { pollIntervalMs: 10 }), served.snapshot),
    eventStream(url, served.snapshot),
    curl(url),
    freshPage(url),
  ]
  await write(random, 150)
  const { rows } = await database.pool.query<Product>(`select * from products where category = '도구'`)
  const truth = formOf(rows)
  expect(truth.length).toBeGreaterThan(5)
  expect(formOf(old.snapshot.value.rows)).not.toEqual(truth)
  for (const { name, shown } of watchers)
    await vi.waitFor(async () => expect(await shown(), name).toEqual(truth), patience)
  expect(served.cacheStatus).toMatch(/^Baro; hit/)
})
