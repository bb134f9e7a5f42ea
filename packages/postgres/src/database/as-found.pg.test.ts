/** Databases as they are found: what other programs, roles and settings do to a table, a page shows as the table is. */
import { channel, type Log } from '@baro/core'
import { createHub, type Hub } from '@baro/server'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { eventually } from '../../test/eventually.ts'
import { createTestDatabase, type TestDatabase } from '../../test/test-database.ts'
import type { Filter } from '../filter/filter.ts'
import { publish } from '../publish/publish.ts'
import { foldChange, type RowsState } from '../state/rows-state.ts'
import type { Row, RowChange } from '../table/row-change.ts'
import { type Columns, type TableDefinition, table } from '../table/table.ts'
import { createDatabase } from './create-database.ts'

const log: Log = { info() {}, warn() {}, error() {} }

let database: TestDatabase
let hub: Hub

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())
afterEach(async () => {
  await hub.close()
  await database.clear()
})

const databaseOf = (pool = database.pool) => createDatabase(pool, { pollIntervalMs: 20, careIntervalMs: 100 })

/** A page of the rows of a table, which follows them. */
async function open<C extends Columns, K extends keyof C & string, F extends keyof C & string>(
  definition: TableDefinition<C, K, F>,
  filter?: Filter<C, F>,
  pool = database.pool,
) {
  hub = createHub({ channels: [definition], database: databaseOf(pool), log })
  hub.on(definition, { access: 'public' })
  return follow(definition, filter)
}

async function follow<C extends Columns, K extends keyof C & string, F extends keyof C & string>(
  definition: TableDefinition<C, K, F>,
  filter?: Filter<C, F>,
) {
  const reference = definition(filter)
  const { value, position } = await hub.snapshot(reference)
  let state = value as RowsState
  const resets: string[] = []
  const failures: string[] = []
  hub.open().follow(reference, position, {
    delivered: ({ publications }) => {
      for (const { type, payload } of publications)
        state = foldChange(definition.table, state, { type, payload } as unknown as RowChange)
    },
    reset: (reason, { value }) => {
      resets.push(reason)
      state = value as unknown as RowsState
    },
    failed: (error) => failures.push(`${error.code} ${error.message}`),
  })
  return { resets, failures, rows: (): readonly Row[] => state.rows }
}

test('I12: a table whose policies hold for the role of the hub is refused, and so is a query that they take rows from', async () => {
  const name = new URL(database.url).pathname.slice(1)
  await database.run(`create role modest login; grant all on schema public to modest;
    grant create on database ${name} to modest`)
  const pool = database.another('modest')
  await pool.query(`create table notes (id integer primary key, owner text not null);
    insert into notes values (1, 'a'), (2, 'b'); alter table notes enable row level security;
    create policy own on notes using (owner = 'a')`)
  const notes = table('public.notes', { key: ['id'], columns: { id: 'integer', owner: 'text' } })
  // Policies do not hold for the owner of a table.
  const page = await open(notes, {}, pool)
  expect(page.rows()).toHaveLength(2)
  await pool.query('alter table notes force row level security')
  await expect(hub.snapshot(notes({}, { limit: 5 }))).rejects.toMatchObject({
    code: 'bad-definition',
    message: expect.stringContaining('row-level security'),
  })
  await hub.close()
  await expect(open(notes, {}, pool)).rejects.toMatchObject({
    code: 'bad-definition',
    message: expect.stringContaining('bypassrls'),
  })
})

test('names may be of any letters, reserved, and full of quotes', async () => {
  await database.run(`create table "주문 Order" ("select" integer primary key, "이름" text, "a""b" text);
    insert into "주문 Order" values (1, '가', 'x')`)
  const orders = table('public.주문 Order', {
    key: ['select'],
    columns: { select: 'integer', 이름: 'text | null', 'a"b': 'text | null' },
    filters: ['이름', 'a"b'],
  })
  const page = await open(orders, { 이름: '각🙂' })
  expect(page.rows()).toEqual([])
  const nasty = `\u0001 " \\ '`
  await database.pool.query(`update "주문 Order" set "이름" = '각🙂', "a""b" = $1 where "select" = 1`, [nasty])
  await eventually(() => expect(page.rows()).toEqual([{ select: 1, 이름: '각🙂', 'a"b': nasty }]))
})

const spellings = [
  'TimeZone = "Asia/Seoul"',
  'DateStyle = "SQL, DMY"',
  'IntervalStyle = postgres_verbose',
  'bytea_output = escape',
  'extra_float_digits = -15',
  'standard_conforming_strings = off',
  "search_path = ''",
]
const strictness = [
  'default_transaction_isolation = serializable',
  'default_transaction_deferrable = on',
  'statement_timeout = "5s"',
  'idle_in_transaction_session_timeout = "5s"',
  'lock_timeout = "1s"',
  'row_security = off',
]
const moments = table('public.moments', {
  key: ['id'],
  columns: { id: 'integer', at: 'timestamptz', lasts: 'interval', bytes: 'bytea', ratio: 'real', day: 'date' },
})
const createMoments =
  'create table moments (id integer primary key, at timestamptz, lasts interval, bytes bytea, ratio real, day date)'
const insertMoment = (id: number) => `insert into public.moments
  values (${id}, '2026-11-29 01:02:03.123456+00', '1 year 2 days 03:00', decode('00ff', 'hex'), 0.1, '2026-11-29')`
const moment = {
  at: '2026-11-29T01:02:03.123456Z',
  lasts: 'P1Y2DT3H',
  bytes: 'AP8=',
  ratio: 0.1,
  day: '2026-11-29',
}
/** Bytes in one form: a snapshot has them as the wire does. */
const readable = (rows: readonly object[]) =>
  (rows as readonly Row[]).map(({ bytes, ...row }) => {
    const inText = (bytes as { readonly 'baro:bytes'?: string })['baro:bytes']
    return { ...row, bytes: inText ?? Buffer.from(bytes as unknown as Uint8Array).toString('base64') }
  })
const readAnew = async () => readable((await hub.snapshot(moments())).value.rows)

test('I12: a row is the same, whatever the settings of the session that wrote it', async () => {
  await database.run(createMoments)
  const page = await open(moments)
  await database.run(`${spellings.map((setting) => `set ${setting}`).join(';')}; ${insertMoment(1)}; reset all`)
  await eventually(() => expect(readable(page.rows())).toEqual([{ id: 1, ...moment }]))
  expect(await readAnew()).toEqual([{ id: 1, ...moment }])
})

test('I12: the hub reads and tells the same, whatever the settings of its role', async () => {
  await database.run('create role fussy login superuser')
  for (const setting of [...spellings, ...strictness]) await database.run(`alter role fussy set ${setting}`)
  await database.run(`${createMoments}; ${insertMoment(1)}`)
  const page = await open(moments, {}, database.another('fussy'))
  await database.run(insertMoment(2))
  await eventually(() => expect(readable(page.rows())).toEqual([1, 2].map((id) => ({ id, ...moment }))))
  expect(await readAnew()).toEqual(readable(page.rows()))
})

const parts = table('public.parts', {
  key: ['id'],
  columns: { id: 'integer', set: 'integer | null', count: 'integer', label: 'text | null' },
})
const inTable = async (columns: string) =>
  (await database.pool.query(`select ${columns} from parts order by id`)).rows as readonly Row[]

test('I12: triggers of the application, cascades, upserts and what a replica applies are told as they were done', async () => {
  await database.run(`create table sets (id integer primary key);
    create table parts (id integer primary key, set integer references sets on delete cascade on update cascade,
      count integer not null default 0, label text generated always as ('x' || count) stored);
    create function bump() returns trigger language plpgsql as $$
      begin
        if new.count < 3 then update parts set count = new.count + 1 where id = new.id; end if;
        return null;
      end $$;
    create trigger "bump" after insert or update on parts for each row execute function bump();
    insert into sets values (1), (2)`)
  const page = await open(parts)
  for (const statement of [
    'insert into parts (id, set) values (1, 1)',
    'insert into parts (id, set, count) values (2, 2, 9), (3, 2, 9), (4, null, 9)',
    'update sets set id = 7 where id = 2; delete from sets where id = 1',
    'set session_replication_role = replica; update parts set count = 100 where id = 2; reset all',
    `with gone as (delete from parts where id = 3 returning *)
     insert into parts (id, set, count) select id + 10, set, count from gone`,
    `insert into parts (id, count) values (4, 55), (20, 1)
     on conflict (id) do update set count = excluded.count`,
  ])
    await database.run(statement)
  const columns = 'id, set, count, label'
  expect(await inTable(columns)).toEqual([
    { id: 2, set: 7, count: 100, label: 'x100' },
    { id: 4, set: null, count: 55, label: 'x55' },
    { id: 13, set: 7, count: 9, label: 'x9' },
    { id: 20, set: null, count: 3, label: 'x3' },
  ])
  await eventually(async () => expect(page.rows()).toEqual(await inTable(columns)))
  expect(page.resets).toEqual([])
})

const goods = table('public.parts', { key: ['id'], columns: { id: 'integer', state: ['new', 'used', null] } })

test('a schema that changes beside the columns of the definition changes nothing', async () => {
  await database.run("create type state as enum ('new'); create table parts (id integer primary key, state state)")
  const page = await open(goods)
  await database.run("alter table parts add column extra text default 'e', alter column id type bigint")
  await database.run("insert into parts values (2, 'new'); alter table parts alter column id type integer")
  await database.run("alter type state add value 'used'")
  await database.run("insert into parts values (3, 'used')")
  await eventually(async () => expect(page.rows()).toEqual(await inTable('id, state')))
  expect([page.resets, page.failures]).toEqual([[], []])
})

test('I12: a table that takes the place of another one resets who follows, and the other one is told no more', async () => {
  await database.run(`create type state as enum ('new'); create table parts (id integer primary key, state state);
    insert into parts values (1)`)
  const page = await open(goods)
  await database.run(`create table next (like parts including all); insert into next values (2);
    begin; alter table parts rename to former; alter table next rename to parts; commit`)
  await eventually(() => expect(page.rows().map(({ id }) => id)).toEqual([2]))
  await database.run('insert into former values (98); truncate former; insert into parts values (3)')
  await eventually(() => expect(page.rows().map(({ id }) => id)).toEqual([2, 3]))
  expect(page.resets).toEqual(['trimmed'])
  const { rows } = await database.pool.query(
    `select tgname from pg_trigger where tgrelid = 'former'::regclass and tgname like '0baro%'`,
  )
  expect(rows).toEqual([])
})

test('I12: a table that gets the name of another one is told under that name', async () => {
  const [newer, older] = ['public.newer', 'public.older'].map((name) =>
    table(name, { key: ['id'], columns: { id: 'integer' } }),
  ) as [TableDefinition<{ id: 'integer' }, 'id', never>, TableDefinition<{ id: 'integer' }, 'id', never>]
  await database.run('create table newer (id integer primary key); create table older (id integer primary key)')
  hub = createHub({ channels: [newer, older], database: databaseOf(), log })
  for (const one of [newer, older]) hub.on(one, { access: 'public' })
  const pages = [await follow(newer), await follow(older)] as const
  await database.run(`begin; alter table older rename to oldest; alter table newer rename to older;
    create table newer (id integer primary key); commit; insert into older values (1); insert into newer values (2)`)
  const shown = () => pages.map((page) => page.rows().map(({ id }) => id))
  await eventually(() => expect(shown()).toEqual([[2], [1]]))
  await database.run('insert into older values (3); insert into newer values (4)')
  await eventually(() =>
    expect(shown()).toEqual([
      [2, 4],
      [1, 3],
    ]),
  )
})

const counted = table('public.counted', { key: ['id'], columns: { id: 'integer' } })
const said = channel('said', { events: { word: z.string() } })

test('I11, I12: without `notify`, what is committed in two phases is told after the second', async () => {
  await database.run('create table counted (id integer primary key)')
  const withoutNotify = createDatabase(database.pool, { pollIntervalMs: 20, careIntervalMs: 100, notify: false })
  hub = createHub({ channels: [counted, said], database: withoutNotify, log })
  hub.on(counted, { access: 'public' })
  hub.on(said, { access: 'public' })
  const page = await follow(counted)
  const client = await database.pool.connect()
  await client.query('begin; insert into counted values (1)')
  const id = await publish(client, said(), 'word', 'one')
  await client.query("prepare transaction 'both'")
  client.release()
  await database.run('insert into counted values (2)')
  await eventually(() => expect(page.rows()).toEqual([{ id: 2 }]))
  await database.run("commit prepared 'both'")
  await eventually(() => expect(page.rows()).toEqual([{ id: 1 }, { id: 2 }]))
  await hub.published(id)
})
