/** `postgres_changes` of an unmodified client of Supabase, from the rows of a real PostgreSQL. */
import { createDatabase } from '@baro/postgres'
import { table } from '@baro/postgres/table'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../packages/postgres/test/test-database.ts'
import { joined, type Node, startNode } from '../supabase/stage.ts'
import { type Changed, Told } from './told-changes.ts'

const products = table('public.products', {
  key: ['id'],
  columns: {
    id: 'bigint',
    name: 'text',
    category: 'text | null',
    price: 'numeric',
    made: 'timestamptz | null',
    tags: 'text[] | null',
    more: 'jsonb | null',
    picture: 'bytea | null',
    isNew: 'boolean | null',
  },
  filters: ['id', 'category', 'price'],
})
const secrets = table('public.secrets', { key: ['id'], columns: { id: 'integer', word: 'text' } })

let database: TestDatabase
const run = (sql: string) => database.pool.query(sql)

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())
beforeEach(async () => {
  await database.clear()
  await run(`
    create table products (id bigint primary key, name text not null, category text, price numeric not null,
      made timestamptz, tags text[], more jsonb, picture bytea, "isNew" boolean);
    create table secrets (id integer primary key, word text not null);
    insert into products (id, name, category, price) values (1, 'saw', 'tools', 10.5), (2, 'bread', 'food', 2)`)
})

const start = (): Promise<Node> =>
  startNode({
    channels: [products, secrets],
    hub: { database: createDatabase(database.pool, { pollIntervalMs: 20 }) },
    prepare: (hub) => {
      hub.on(products, { access: 'public' })
      hub.on(secrets, { access: ({ user }) => user?.id === 'owner' })
    },
  })

test('each change of a table is told once, in order, by its event, as Supabase tells it', async () => {
  const node = await start()
  const topic = node.client().channel('any name')
  const all = new Told(topic, { event: '*', table: 'products' })
  const inserts = new Told(topic, { event: 'INSERT', table: 'products' })
  await joined(topic)
  await run(`insert into products values
    (3, '톱', null, 1234567.25, '2026-11-28T01:02:03.123456Z', '{"a b",c}', '{"a":1}', '\\x00ff', true)`)
  await run('update products set price = 3 where id = 2')
  await run('delete from products where id = 1')
  expect(await all.count(3)).toEqual([
    {
      schema: 'public',
      table: 'products',
      commit_timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      eventType: 'INSERT',
      new: {
        ...{ id: 3, name: '톱', category: null, price: 1234567.25, tags: ['a b', 'c'], more: { a: 1 } },
        ...{ made: '2026-11-28T01:02:03.123456+00:00', picture: '\\x00ff', isNew: true },
      },
      old: {},
      errors: null,
    },
    expect.objectContaining({
      eventType: 'UPDATE',
      new: expect.objectContaining({ id: 2, name: 'bread', price: 3 }),
      old: { id: 2 },
    }),
    expect.objectContaining({ eventType: 'DELETE', new: {}, old: { id: 1 } }),
  ])
  expect(inserts.all.map(({ eventType }) => eventType)).toEqual(['INSERT'])
})

test('an UPDATE that leaves a row as it was is told to nobody', async () => {
  const node = await start()
  const topic = node.client().channel('any name')
  const all = new Told(topic, { event: '*', table: 'products' })
  await joined(topic)
  await run('update products set price = price')
  await run('update products set price = 4 where id = 2')
  expect(await all.count(1)).toEqual([expect.objectContaining({ eventType: 'UPDATE', old: { id: 2 } })])
})

test('a filter lets through its rows alone, and a row that leaves it is deleted there', async () => {
  const node = await start()
  const topic = node.client().channel('tools')
  const told = new Told(topic, { event: '*', table: 'products', filter: 'category=eq.tools' })
  const dear = new Told(topic, { event: '*', table: 'products', filter: 'price=gt.100', select: ['name'] })
  await joined(topic)
  await run(
    `insert into products (id, name, category, price) values (3, 'nail', 'tools', 0.1), (4, 'milk', 'food', 200)`,
  )
  await run(`update products set category = 'tools' where id = 2`)
  await run(`update products set category = 'food' where id = 1`)
  const summary = (changes: readonly Changed[]) =>
    changes.map(({ eventType, new: now, old }) => [eventType, (now as Changed).name ?? (old as Changed).id])
  expect(summary(await told.count(3))).toEqual([
    ['INSERT', 'nail'],
    ['INSERT', 'bread'],
    ['DELETE', 1],
  ])
  expect((await dear.count(1)).map((change) => change.new)).toEqual([{ id: 4, name: 'milk' }])
})

test('whoever has subscribed misses nothing from then on, whatever is written at that moment', async () => {
  const node = await start()
  let written = 100
  let isOver = false
  const writing = (async () => {
    while (!isOver) await run(`insert into products (id, name, price) values (${++written}, 'n', 1)`)
  })()
  const told = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const topic = node.client().channel('all')
      const changes = new Told(topic, { event: 'INSERT', table: 'products' })
      await joined(topic)
      // What is committed from now on must come.
      return { changes, from: written + 1 }
    }),
  )
  await run('select pg_sleep(0.2)')
  isOver = true
  await writing
  const idsOf = (all: readonly Changed[]) => all.map((change) => (change.new as { id: number }).id)
  for (const { changes, from } of told) {
    while (!idsOf(changes.all).includes(written)) await changes.count(changes.all.length + 1)
    const ids = idsOf(changes.all)
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
    for (let id = from; id <= written; id++) expect(ids).toContain(id)
  }
})

test.each([
  [{ event: '*', table: 'nothing' }, /table\(\)/],
  [{ event: '*', table: 'products', filter: 'name=eq.saw' }, /name/],
  [{ event: '*', table: 'products', filter: 'category=match.^t' }, /like/],
  [{ event: '*', table: 'products', select: ['id', 'nothing'] }, /nothing/],
  [{ event: '*', table: 'products', filter: 'id=eq.one' }, /one/],
  [{ event: '*', table: 'secrets' }, /secrets/],
])('%j is refused, with what to do', async (binding, reason) => {
  const node = await start()
  const topic = node.client().channel('any')
  new Told(topic, binding)
  await expect(joined(topic)).rejects.toThrow(reason)
})

test('I7: a connection follows as many filters of rows as topics, and the rest is refused', async () => {
  const node = await start()
  const client = node.client()
  const first = client.channel('first')
  for (let id = 0; id < 100; id++) new Told(first, { event: '*', table: 'products', filter: `id=eq.${id}` })
  await joined(first)
  const second = client.channel('second')
  for (let id = 100; id < 129; id++) new Told(second, { event: '*', table: 'products', filter: `id=eq.${id}` })
  await expect(joined(second)).rejects.toThrow(/128/)
})

test('a topic that only tells of rows takes no broadcast, and says so', async () => {
  const node = await start()
  const topic = node.client().channel('rows', { config: { broadcast: { ack: true } } })
  new Told(topic, { event: '*', table: 'products' })
  await joined(topic)
  expect(await topic.send({ type: 'broadcast', event: 'message', payload: { text: 'a' } })).toBe('error')
})
