/** Each type of a column, as a client of Supabase is told it: as `to_jsonb` of PostgreSQL writes it. */
import { createDatabase } from '@baro/postgres'
import { table } from '@baro/postgres/table'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../packages/postgres/test/test-database.ts'
import { joined, startNode } from '../supabase/stage.ts'
import { Told } from './told-changes.ts'

/** Of each type, what is written; the column may be null. */
const written = {
  boolean: 'false',
  smallint: '-7',
  integer: '2147483647',
  bigint: '9007199254740993',
  numeric: '1234567.250',
  real: '0.1',
  'double precision': '-1.5e300',
  text: '안녕 "a", {b}',
  varchar: '',
  char: 'x',
  uuid: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
  date: '2026-11-28',
  timestamp: '2026-11-28 01:02:03.123456',
  timestamptz: '2026-11-28 10:02:03.5+09',
  time: '20:55:01.5',
  timetz: '20:55:01.5+09',
  interval: '1 day 02:03:04',
  bytea: '\\x00ff61',
  json: '{"a": [1, null, "x"], "b": 1.50}',
  jsonb: '{"a": [1, null, "x"], "b": 1.50}',
  int4range: '[1,5)',
  int8range: '(,9007199254740993)',
  numrange: '[1.5,)',
  daterange: '[2026-11-28,2026-12-01)',
  tsrange: '["2026-11-28 01:02:03.5","2026-11-29 00:00:00")',
  tstzrange: '["2026-11-28 10:02:03+09",infinity)',
  'boolean[]': '{t,f,NULL}',
  'integer[]': '{{1,2},{3,4}}',
  'bigint[]': '{1,-2}',
  'numeric[]': '{1.50,2}',
  'text[]': '{"a b",NULL,"c,d"}',
  'timestamptz[]': '{"2026-11-28 10:02:03+09"}',
  'jsonb[]': '{"{\\"a\\":1}"}',
  'interval[]': '{1 year -2 mons,-1 day +02:03:04.5,00:00:00,-00:00:01.25,1 mon,-400 days -100:00:00}',
  'tsrange[]': '{empty}',
} as const

type Type = keyof typeof written
const types = Object.keys(written) as readonly Type[]
const nameOf = (type: Type) => type.replace(/\W+/g, '_')

const values = table('public.values', {
  key: ['id'],
  columns: {
    id: 'integer',
    mood: ['happy', 'sad', null],
    ...Object.fromEntries(types.map((type) => [nameOf(type), `${type} | null` as const])),
  },
})

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  const columns = types.map((type) => `${nameOf(type)} ${type === 'char' ? 'char(3)' : type}`)
  await database.run(`create type mood as enum ('happy', 'sad');
    create table values (id integer primary key, mood mood, ${columns.join(', ')})`)
})
afterAll(() => database.end())

test('is what to_jsonb says of it in the time zone UTC, a null is null, and a number that JavaScript rounds is rounded by the client', async () => {
  const node = await startNode({
    channels: [values],
    hub: { database: createDatabase(database.pool, { pollIntervalMs: 20 }) },
    prepare: (hub) => hub.on(values, { access: 'public' }),
  })
  const topic = node.client().channel('values')
  const told = new Told(topic, { event: '*', table: 'values' })
  await joined(topic)
  const names = types.map(nameOf).join(', ')
  const places = types.map((_, index) => `$${index + 1}`).join(', ')
  await database.pool.query(
    `insert into values (id, mood, ${names}) values (1, 'sad', ${places})`,
    types.map((type) => written[type]),
  )
  await database.run('insert into values (id) values (2)')
  const { rows } = await database.pool
    .query<{ row: string }>(
      `begin; set local time zone 'UTC'; select to_jsonb(v)::text as row from values v order by id; commit`,
    )
    .then((results) => (results as unknown as readonly { rows: { row: string }[] }[])[2] ?? { rows: [] })
  const changes = await told.count(2)
  expect(changes.map((change) => change.new)).toEqual(rows.map(({ row }) => JSON.parse(row)))
  expect(changes[0]?.new).toMatchObject({ bigint: 9007199254740992, numeric: 1234567.25, bytea: '\\x00ff61' })
})
