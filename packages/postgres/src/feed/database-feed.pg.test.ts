/** Both feeds on a real PostgreSQL: what is committed is in the ring, once and in order, whoever leads. */
import type { Log } from '@baro/core'
import { type Broker, type HistoryBounds, pooledRandomness, systemClock } from '@baro/core/broker'
import { createMemoryBroker } from '@baro/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../test/eventually.ts'
import { createTestDatabase, type TestDatabase } from '../../test/test-database.ts'
import { pgDriver } from '../driver/pg-driver.ts'
import { ReplicationCapture } from '../replication/replication-capture.ts'
import { type LoggedChange, readRingEntry, ringOf } from '../ring/ring-entry.ts'
import { parseSnapshot } from '../snapshot/database-snapshot.ts'
import { type TableShape, table } from '../table/table.ts'
import type { CaptureKind } from './capture.ts'
import { DatabaseFeed } from './database-feed.ts'
import { TriggerCapture } from './trigger-capture.ts'

const notes = table('public.notes', { key: ['id'], columns: { id: 'integer', body: 'text | null' } })
const other = table('public.other', { key: ['id'], columns: { id: 'integer' } })
const log: Log = { info() {}, warn() {}, error() {} }

let kind: CaptureKind = 'triggers'
let database: TestDatabase
let broker: Broker
const feeds: DatabaseFeed[] = []

function feedOf(
  definitions: readonly { readonly table: TableShape; readonly history: HistoryBounds }[] = [notes],
  over: Partial<{ broker: Broker; kind: CaptureKind; notifies: boolean }> = {},
): DatabaseFeed {
  const driver = pgDriver(database.pool)
  const feed = new DatabaseFeed({
    driver,
    captures: { triggers: new TriggerCapture(driver), replication: new ReplicationCapture(driver) },
    choose: async () => over.kind ?? kind,
    broker: over.broker ?? broker,
    clock: systemClock,
    randomness: pooledRandomness,
    log,
    notifies: over.notifies ?? true,
    tables: definitions.map((definition) => ({ ...definition.table, history: definition.history })),
    pollIntervalMs: 50,
    careIntervalMs: 200,
    publish: async () => {},
  })
  feeds.push(feed)
  feed.start()
  return feed
}

async function ring(name = 'public.notes', from = broker) {
  const { publications } = await from.read(ringOf(name), { after: 0, limit: 10_000, bytes: 1 << 26 })
  return publications.map((publication) => ({ ...readRingEntry(publication), offset: publication.offset }))
}

/** The changes in short: `+1 a`, `~1 b`, `-1`. */
async function told(name = 'public.notes', from = broker): Promise<readonly string[]> {
  return (await ring(name, from))
    .filter((entry) => entry.kind !== 'start')
    .map((entry) => {
      const { kind, old, new: row } = entry as LoggedChange
      if (kind === 'insert') return `+${row?.id} ${row?.body}`
      if (kind === 'update') return `~${old?.id}${old?.id === row?.id ? '' : `>${row?.id}`} ${row?.body}`
      return kind === 'delete' ? `-${old?.id}` : kind
    })
}

/** The tables whose changes the database tells. */
async function captured(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select tgrelid::regclass::text as name from pg_trigger where tgname = '0baro'
     union select prrelid::regclass::text from pg_publication_rel order by name`,
  )
  return rows.map(({ name }) => name)
}

/** Ends the sessions that lead, or install, in this database: others on the server are of tests that run beside this one. */
const endLeaders = () =>
  database.run(
    `select pg_terminate_backend(pid) from pg_locks
     where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  )

const starts = async () => (await ring()).filter((entry) => entry.kind === 'start').length

async function rows(): Promise<readonly number[]> {
  const { rows } = await database.pool.query<{ id: number }>('select id from notes order by id')
  return rows.map(({ id }) => id)
}

/**
 * The ids that a reader has who began with the table, as it began last: the rows that the snapshot of that beginning sees, and
 * those that came after it. Nothing is deleted here.
 */
async function followed(): Promise<readonly number[]> {
  const entries = await ring()
  const at = entries.findLastIndex((entry) => entry.kind === 'start')
  const start = entries[at]
  const { rows } = await database.pool.query<{ id: number }>(
    `select id from notes where pg_visible_in_snapshot(
       (pg_snapshot_xmax($1::pg_snapshot)::text::bigint - mod(pg_snapshot_xmax($1::pg_snapshot)::text::bigint, 4294967296) + xmin::text::bigint)::text::xid8,
       $1::pg_snapshot)`,
    [start?.kind === 'start' ? start.from : ''],
  )
  const later = entries.slice(at + 1).map((entry) => Number((entry as LoggedChange).new?.id))
  return [...rows.map(({ id }) => id), ...later].sort((one, two) => one - two)
}

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())
beforeEach(async () => {
  await database.run(
    'create table notes (id integer primary key, body text); create table other (id integer primary key)',
  )
  broker = createMemoryBroker()
})
afterEach(async () => {
  await Promise.all(feeds.splice(0).map((feed) => feed.close()))
  await database.clear()
})

describe.each<CaptureKind>(['triggers', 'replication'])('a feed by %s', (each) => {
  beforeEach(() => {
    kind = each
  })

  test('I12: what is committed is in the ring, in order, with what it was before', async () => {
    await feedOf().ready('public.notes')
    await database.run("insert into notes values (1, 'a')")
    await database.run("update notes set body = 'b' where id = 1")
    await database.run('update notes set id = 2 where id = 1')
    await database.run("insert into notes values (2, 'c') on conflict (id) do update set body = excluded.body")
    await database.run('delete from notes')
    await database.run('truncate notes')
    await eventually(async () => expect(await told()).toEqual(['+1 a', '~1 b', '~1>2 b', '~2 c', '-2', 'truncate']))
  })

  test('I12: a change that changes nothing is none, and what is rolled back never was', async () => {
    await feedOf().ready('public.notes')
    const client = await database.pool.connect()
    await client.query(
      "begin; insert into notes values (1, 'a'); savepoint s; insert into notes values (2, 'b'); rollback to s; update notes set body = 'a'; commit",
    )
    await client.query("begin; insert into notes values (3, 'c'); rollback; insert into notes values (4, 'd')")
    client.release()
    await eventually(async () => expect(await told()).toEqual(['+1 a', '+4 d']))
  })

  test('I12: a transaction that began first and commits last is neither lost nor out of order', async () => {
    await feedOf().ready('public.notes')
    const late = await database.pool.connect()
    await late.query("begin; insert into notes values (1, 'late')")
    await database.run("insert into notes values (2, 'early')")
    await eventually(async () => expect(await told()).toEqual(['+2 early']))
    await late.query("update notes set body = 'late too' where id = 2; commit")
    late.release()
    await eventually(async () => expect(await told()).toEqual(['+2 early', '+1 late', '~2 late too']))
    const changes = (await ring()).filter((entry) => entry.kind !== 'start') as LoggedChange[]
    expect(changes.map(({ isLast }) => isLast)).toEqual([true, false, true])
  })

  test('a table begins with an entry that says from where on it is complete', async () => {
    await database.run("insert into notes values (1, 'before')")
    const feed = feedOf()
    await feed.ready('public.notes')
    const [start] = await ring()
    expect(start).toMatchObject({ kind: 'start' })
    await database.run("insert into notes values (2, 'after')")
    await eventually(async () => expect(await told()).toEqual(['+2 after']))
  })

  test('says whether it has passed a snapshot', async () => {
    const feed = feedOf()
    await feed.ready('public.notes')
    await database.run("insert into notes values (1, 'a')")
    const { rows } = await database.pool.query('select pg_current_snapshot()::text as snapshot')
    await eventually(async () =>
      expect(await feed.progress('public.notes', parseSnapshot(rows[0].snapshot))).toMatchObject({ hasPassed: true }),
    )
    expect(await told()).toEqual(['+1 a'])
  })

  test('feeds a large transaction in pieces, each row once', async () => {
    await feedOf([notes, other]).ready('public.notes')
    await database.run(
      "begin; insert into notes select n, 'x' from generate_series(1, 3000) n; insert into other values (1); delete from notes where id <= 1000; commit",
    )
    await eventually(async () => expect((await told()).length).toBe(4000))
    expect(new Set((await ring()).map(({ offset }) => offset)).size).toBe(4001)
    expect(
      ((await ring()).filter((entry) => entry.kind !== 'start') as LoggedChange[]).filter(({ isLast }) => isLast),
    ).toHaveLength(1)
    expect(await told('public.other')).toEqual(['+1 undefined'])
  })

  test('one of several nodes leads, and another goes on where it died, in mid-round too', async () => {
    let appends = 0
    let dies = false
    const dying: Broker = Object.create(broker, {
      append: {
        value: (...args: Parameters<Broker['append']>) => {
          if (dies && args[0] === ringOf('public.notes') && ++appends === 2) throw new Error('The node died.')
          return broker.append(...args)
        },
      },
    })
    const first = feedOf([notes], { broker: dying })
    await first.ready('public.notes')
    const second = feedOf()
    await second.ready('public.notes')
    dies = true
    await database.run(
      "insert into notes select n, (select string_agg(md5((n * i)::text), '') from generate_series(1, 50) i) from generate_series(1, 2000) n",
    )
    await eventually(() => expect(appends).toBeGreaterThan(1))
    await first.close()
    await eventually(async () => expect((await told()).length).toBe(2000))
    expect(new Set(await told()).size).toBe(2000)
  })

  test('two brokers on one database have a feed each', async () => {
    const elsewhere = createMemoryBroker()
    await Promise.all([feedOf().ready('public.notes'), feedOf([notes], { broker: elsewhere }).ready('public.notes')])
    await database.run("insert into notes values (1, 'a')")
    for (const one of [broker, elsewhere])
      await eventually(async () => expect(await told('public.notes', one)).toEqual(['+1 a']))
  })

  test('a table that no node has defined for an hour is fed no more, and one that another node defines is', async () => {
    const first = feedOf([notes, other])
    await Promise.all([first.ready('public.notes'), first.ready('public.other')])
    await first.close()
    await feedOf([notes]).ready('public.notes')
    // Half of the hour is over for both: whoever has one of them says so.
    await database.run("update baro.feed_tables set wanted = now() - interval '30 minutes'")
    const names = async () => {
      const { rows } = await database.pool.query<{ name: string; isFresh: boolean }>(
        `select name, wanted > now() - interval '10 minutes' as "isFresh" from baro.feed_tables order by name`,
      )
      return rows.map(({ name, isFresh }) => `${name} ${isFresh ? 'wanted' : 'waits'}`)
    }
    await eventually(async () => expect(await names()).toEqual(['public.notes wanted', 'public.other waits']))
    expect(await captured()).toEqual(['notes', 'other'])
    await database.run("update baro.feed_tables set wanted = wanted - interval '31 minutes'")
    await eventually(async () => expect(await captured()).toEqual(['notes']))
    expect(await names()).toEqual(['public.notes wanted'])
    await database.run("insert into other values (1); insert into notes values (1, 'a')")
    await eventually(async () => expect(await told()).toEqual(['+1 a']))
    expect(await told('public.other')).toEqual([])
    // A node that is put back has it from now on.
    await feedOf([notes, other]).ready('public.other')
    await database.run('insert into other values (2)')
    await eventually(async () => expect(await told('public.other')).toEqual(['+2 undefined']))
    expect(await captured()).toEqual(['notes', 'other'])
  })

  test('a table that no node of this broker wants stays captured for another broker', async () => {
    const elsewhere = createMemoryBroker()
    const [mine, theirs] = [feedOf([notes, other]), feedOf([other], { broker: elsewhere })]
    await Promise.all([mine.ready('public.notes'), mine.ready('public.other'), theirs.ready('public.other')])
    await mine.close()
    await feedOf([notes]).ready('public.notes')
    await database.run(
      "update baro.feed_tables set wanted = wanted - interval '2 hours' where name = 'public.other' and feed = (select feed from baro.feed_tables where name = 'public.notes')",
    )
    const count = async () =>
      (await database.pool.query("select from baro.feed_tables where name = 'public.other'")).rowCount
    await eventually(async () => expect(await count()).toBe(1))
    await database.run('insert into other values (1)')
    await eventually(async () => expect(await told('public.other', elsewhere)).toEqual(['+1 undefined']))
    const begun = (await ring('public.other', elsewhere)).filter(({ kind }) => kind === 'start')
    expect(begun).toHaveLength(1)
  })

  test('prunes what all feeds have', async () => {
    await feedOf().ready('public.notes')
    // Neither does one that stays open keep the others' rows.
    const open = await database.pool.connect()
    await open.query('begin; insert into other values (1)')
    await database.run("insert into notes values (1, 'a')")
    await eventually(async () => expect(await told()).toEqual(['+1 a']))
    await eventually(async () => {
      const { rows } = await database.pool.query('select count(*)::int as n from baro.log')
      expect(rows[0].n).toBe(0)
    })
    await open.query('commit')
    open.release()
  })
})

test('the node that was started last decides whether writers notify, and none that looks again', async () => {
  kind = 'triggers'
  const says = async () => (await database.pool.query('select notifies from baro.life')).rows[0].notifies
  await feedOf().ready('public.notes')
  expect(await says()).toBe(true)
  await feedOf([notes], { notifies: false }).ready('public.notes')
  expect(await says()).toBe(false)
  // The first looks at the schema again before it leads again, and so does the other.
  await endLeaders()
  await database.run("insert into notes values (1, 'a')")
  await eventually(async () => expect(await told()).toEqual(['+1 a']))
  expect(await says()).toBe(false)
  await feeds[1]?.close()
  await endLeaders()
  await database.run("insert into notes values (2, 'b')")
  await eventually(async () => expect(await told()).toEqual(['+1 a', '+2 b']))
  expect(await says()).toBe(false)
})

describe('a database that an older hub has left', () => {
  const toVersion2 = 'alter table baro.feed_tables drop column wanted; update baro.life set version = 2'
  test.each([
    [2, toVersion2],
    [
      1,
      `${toVersion2}; drop table baro.streams; alter table baro.feeds drop column kind;
       alter table baro.life drop column notifies; update baro.life set version = 1`,
    ],
  ])('of version %i is brought up to this one, and what it told goes on', async (_, undo) => {
    kind = 'triggers'
    const first = feedOf()
    await first.ready('public.notes')
    await database.run("insert into notes values (1, 'a')")
    await eventually(async () => expect(await told()).toEqual(['+1 a']))
    await first.close()
    await database.run("insert into notes values (2, 'b')")
    await database.run(undo)
    await feedOf().ready('public.notes')
    await eventually(async () => expect(await told()).toEqual(['+1 a', '+2 b']))
    expect(await starts()).toBe(1)
  })
})

describe('what somebody does to the tables of a feed', () => {
  test.for<[string, CaptureKind, string]>([
    ['drops a trigger', 'triggers', 'drop trigger "0baro" on notes'],
    [
      'disables the triggers, and enables them again',
      'triggers',
      'alter table notes disable trigger all; insert into notes values (7); alter table notes enable trigger all',
    ],
    ['makes the table anew', 'triggers', 'drop table notes; create table notes (id integer primary key, body text)'],
    ['empties the log', 'triggers', 'truncate baro.log'],
    ['drops the log with all that writes it', 'triggers', 'drop table baro.log cascade'],
    ['drops everything that the feed has made', 'triggers', 'drop schema baro cascade'],
    ['takes the table out of the publication', 'replication', 'alter publication baro drop table notes'],
    [
      'publishes a part of its rows, and all again',
      'replication',
      'alter publication baro set table notes where (id > 5); alter publication baro set table notes',
    ],
    [
      'publishes deletes alone, and all again',
      'replication',
      "alter publication baro set (publish = 'delete'); insert into notes values (7); alter publication baro set (publish = 'insert, update, delete, truncate')",
    ],
    ['drops the publication', 'replication', 'drop publication baro; insert into notes values (7)'],
    ['makes the table anew', 'replication', 'drop table notes; create table notes (id integer primary key, body text)'],
    ['tells less of a row', 'replication', 'alter table notes replica identity default; update notes set body = body'],
    ['drops everything that the feed has made', 'replication', 'drop schema baro cascade'],
  ])('%s (%s): the table begins again', async ([_, which, sql]) => {
    kind = which
    await feedOf().ready('public.notes')
    await database.run("insert into notes values (1, 'a')")
    await eventually(async () => expect(await told()).toEqual(['+1 a']))
    await database.run(sql)
    await eventually(async () => expect(await starts()).toBeGreaterThan(1))
    await database.run("insert into notes values (2, 'b')")
    await eventually(async () => expect(await followed()).toEqual(await rows()))
    expect(new Set(await told()).size).toBe((await told()).length)
  })

  test('the log cannot be dropped alone, and whoever drops it with all that writes it: the application goes on writing', async () => {
    kind = 'triggers'
    await feedOf().ready('public.notes')
    await expect(database.run('drop table baro.log')).rejects.toThrow('other objects depend on it')
    // In one transaction, so that nothing was put right in between.
    await database.run("begin; drop table baro.log cascade; insert into notes values (1, 'a'); truncate notes; commit")
    await eventually(async () => expect((await ring()).filter(({ kind }) => kind === 'start')).toHaveLength(2))
  })

  test('a table that is not as defined is refused with a sentence, and the others are fed', async () => {
    const wrong = table('public.other', { key: ['id'], columns: { id: 'bigint' } })
    const feed = feedOf([notes, wrong])
    await feed.ready('public.notes')
    await expect(feed.ready('public.other')).rejects.toThrow('has the column "id" of type integer, not bigint')
  })

  test('a session that dies is another leader’s chance', async () => {
    await feedOf().ready('public.notes')
    await endLeaders()
    await database.run("insert into notes values (1, 'a')")
    await eventually(async () => expect(await told()).toEqual(['+1 a']))
  })
})
