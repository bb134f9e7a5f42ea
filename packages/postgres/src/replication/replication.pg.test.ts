/** What befalls a feed by replication: it goes on where it was, or it says that it could not. */
import type { Log } from '@baro/core'
import { type Broker, type HistoryBounds, pooledRandomness, systemClock } from '@baro/core/broker'
import { createMemoryBroker } from '@baro/server'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../test/eventually.ts'
import { createTestDatabase, type TestDatabase } from '../../test/test-database.ts'
import { pgDriver } from '../driver/pg-driver.ts'
import type { CaptureKind } from '../feed/capture.ts'
import { chooseCapture } from '../feed/choose-capture.ts'
import { DatabaseFeed } from '../feed/database-feed.ts'
import { slotOf } from '../feed/slot-name.ts'
import { TriggerCapture } from '../feed/trigger-capture.ts'
import { readRingEntry, ringOf } from '../ring/ring-entry.ts'
import { parseSnapshot } from '../snapshot/database-snapshot.ts'
import { type TableShape, table } from '../table/table.ts'
import { ReplicationCapture } from './replication-capture.ts'

const notes = table('public.notes', { key: ['id'], columns: { id: 'integer', body: 'text | null' } })

let database: TestDatabase
let broker: Broker
let feeds: DatabaseFeed[]
const said: string[] = []
const say = (_: object, text: string) => void said.push(text)
const log: Log = { info: say, warn: say, error: say }

type Definition = { readonly table: TableShape; readonly history: HistoryBounds }

function feedOf(
  asked: CaptureKind | 'auto' = 'replication',
  over: { readonly role?: string; readonly broker?: Broker; readonly definition?: Definition } = {},
): DatabaseFeed {
  const driver = pgDriver(over.role === undefined ? database.pool : database.another(over.role))
  const { table: shape, history } = over.definition ?? notes
  const tables = [{ ...shape, history }]
  const feed = new DatabaseFeed({
    notifies: true,
    ...{ driver, broker: over.broker ?? broker, clock: systemClock, randomness: pooledRandomness, log, tables },
    ...{ pollIntervalMs: 50, careIntervalMs: 200 },
    captures: { triggers: new TriggerCapture(driver), replication: new ReplicationCapture(driver) },
    choose: (name) => chooseCapture({ driver, log, tables }, asked, name),
    publish: async () => {},
  })
  feeds.push(feed)
  feed.start()
  return feed
}

/** The ring in short: `start`, `+1`, `~1`, `-1`. */
async function told(): Promise<readonly string[]> {
  const { publications } = await broker.read(ringOf('public.notes'), { after: 0, limit: 10_000, bytes: 1 << 26 })
  return publications.map((publication) => {
    const entry = readRingEntry(publication)
    if (entry.kind === 'insert') return `+${entry.new?.id}`
    if (entry.kind === 'update') return `~${entry.new?.id}`
    return entry.kind === 'delete' ? `-${entry.old?.id}` : entry.kind
  })
}

const tells = (...expected: readonly string[]) => eventually(async () => expect(await told()).toEqual(expected))
const slot = async () => {
  const { rows } = await database.pool.query<{ name: string; pid: number | null }>(
    'select slot_name as name, active_pid as pid from pg_replication_slots where database = current_database()',
  )
  return rows[0]
}
const snapshot = async (): Promise<string> => {
  const { rows } = await database.pool.query('select pg_current_snapshot()::text as snapshot')
  return rows[0].snapshot
}
/** When the leader has last looked after what it feeds. */
const cared = async (): Promise<string> => {
  const { rows } = await database.pool.query('select max(seen)::text as seen from baro.feeds')
  return rows[0].seen
}
const cut = () =>
  database.run(
    'select pg_terminate_backend(active_pid) from pg_replication_slots where active and database = current_database()',
  )

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())
beforeEach(async () => {
  feeds = []
  said.length = 0
  await database.run('create table notes (id integer primary key, body text)')
  broker = createMemoryBroker()
})
afterEach(async () => {
  await Promise.all(feeds.map((feed) => feed.close()))
  await database.clear()
})

describe('what befalls a feed by replication', () => {
  test('I12: recovered: a link that is cut, in the middle of a large transaction too', async () => {
    await feedOf().ready('public.notes')
    await database.run('insert into notes values (1)')
    await tells('start', '+1')
    const filling = database.run("insert into notes select n, repeat('x', 500) from generate_series(2, 9000) n")
    for (let times = 0; times < 3; times++) await cut()
    await filling
    await cut()
    await database.run('delete from notes where id = 5')
    await eventually(async () => expect((await told()).at(-1)).toBe('-5'))
    expect(await told()).toEqual(['start', ...Array.from({ length: 9_000 }, (_, at) => `+${at + 1}`), '-5'])
  })

  test('I12: recovered: a node that goes while the next one takes over', async () => {
    const first = feedOf()
    await first.ready('public.notes')
    await database.run('insert into notes values (1)')
    await tells('start', '+1')
    await first.close()
    await database.run('insert into notes values (2)')
    await feedOf().ready('public.notes')
    await tells('start', '+1', '+2')
  })

  test('reset: a slot that somebody dropped', async () => {
    await feedOf().ready('public.notes')
    await database.run('insert into notes values (1)')
    await tells('start', '+1')
    const { name } = (await slot()) ?? {}
    await eventually(async () => {
      await cut()
      await database.pool.query('select pg_drop_replication_slot($1)', [name])
    })
    await database.run('insert into notes values (2)')
    await eventually(async () => expect((await told()).filter((one) => one === 'start')).toHaveLength(2))
    await database.run('insert into notes values (3)')
    await eventually(async () => expect((await told()).at(-1)).toBe('+3'))
    expect(said.join()).toContain(`The replication slot "${name}" is gone: it is made anew`)
  })

  test('reset: a server that is another one, whose transactions have other numbers', async () => {
    const feed = feedOf()
    await feed.ready('public.notes')
    const epoch = await feed.epoch()
    await database.run("insert into notes values (1); update baro.streams set server = '7/1'")
    await cut()
    await eventually(async () => expect((await told()).filter((one) => one === 'start')).toHaveLength(2))
    expect(await feed.epoch()).not.toBe(epoch)
    await database.run('insert into notes values (2)')
    await eventually(async () => expect((await told()).at(-1)).toBe('+2'))
  })

  test('a slot that somebody else holds: a sentence, and recovered when it is free', async () => {
    const first = feedOf()
    await first.ready('public.notes')
    await first.close()
    const { name } = (await slot()) ?? {}
    const stranger = new Client({
      ...{ connectionString: database.url, application_name: 'stranger', replication: 'database' },
    } as ConstructorParameters<typeof Client>[0])
    stranger.on('error', () => {})
    await stranger.connect()
    stranger
      .query(`START_REPLICATION SLOT ${name} LOGICAL 0/0 (proto_version '1', publication_names 'baro')`)
      .catch(() => {})
    await eventually(async () => expect((await slot())?.pid).toEqual(expect.any(Number)))
    feedOf()
    await database.run('insert into notes values (1)')
    await eventually(() => expect(said.join()).toContain('is held by "stranger"'))
    expect(await told()).toEqual(['start'])
    await cut()
    await tells('start', '+1')
  })

  test('recovered: the right to replicate that is taken away, and given back', async () => {
    const role = `replica_${process.pid}`
    await database.run(`create role ${role} login replication; grant all on schema public to ${role};
      grant create on database ${new URL(database.url).pathname.slice(1)} to ${role}; alter table notes owner to ${role}`)
    const feed = feedOf('replication', { role })
    await feed.ready('public.notes')
    await database.run(`alter role ${role} noreplication`)
    await cut()
    await database.run('insert into notes values (1)')
    await eventually(() => expect(said.join()).toMatch(/cannot be read.*replication/))
    await database.run(`alter role ${role} replication`)
    await tells('start', '+1')
    await feed.close()
    await database.run(`drop owned by ${role} cascade; drop role ${role}`)
  })

  test('I7: 200,000 rows in one transaction come in pieces', async () => {
    const sizes: number[] = []
    const counting: Broker = Object.create(broker, {
      append: {
        value: (...args: Parameters<Broker['append']>) => {
          if (args[0] === ringOf('public.notes')) sizes.push(args[1].length)
          return broker.append(...args)
        },
      },
    })
    await feedOf('replication', { broker: counting }).ready('public.notes')
    await database.run('insert into notes select n from generate_series(1, 200000) n; insert into notes values (0)')
    const newest = async () => {
      const { publications } = await broker.read(ringOf('public.notes'), { limit: 1, bytes: 1_000 })
      return publications.map(readRingEntry)[0]
    }
    // As long as a busy machine takes.
    await expect.poll(newest).toMatchObject({ new: { id: '0' } })
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200_002)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5_000)
  })

  test('I7: a row of ten megabytes is told, and so is what follows it', async () => {
    await feedOf().ready('public.notes')
    await database.run("insert into notes values (1, repeat('x', 10000000)); insert into notes values (2, 'small')")
    await tells('start', '+1', '+2')
    await database.run("update notes set body = 'short' where id = 1; delete from notes where id = 2")
    await eventually(async () => expect((await told()).at(-1)).toBe('-2'))
    const { publications } = await broker.read(ringOf('public.notes'), { limit: 2, bytes: 1 << 26 })
    expect(publications.map(readRingEntry)[0]).toMatchObject({ kind: 'update', new: { id: '1', body: 'short' } })
  })

  test('a large value that an update leaves alone is told as it was', async () => {
    await feedOf().ready('public.notes')
    await database.run("insert into notes select 1, string_agg(md5(n::text), '') from generate_series(1, 5000) n")
    await database.run('update notes set id = 2')
    await tells('start', '+1', '~2')
    const { publications } = await broker.read(ringOf('public.notes'), { limit: 1, bytes: 1 << 22 })
    const entry = publications.map(readRingEntry)[0] as { readonly new?: { readonly body?: string } }
    expect(entry.new?.body).toHaveLength(160_000)
  })

  test('a column that is added, renamed or of another type is told from then on', async () => {
    const wider = table('public.notes', { key: ['id'], columns: { id: 'integer', more: 'bigint | null' } })
    await feedOf().ready('public.notes')
    await database.run("insert into notes values (1, 'a')")
    await database.run('alter table notes drop column body; alter table notes add column more integer')
    await database.run('insert into notes values (2, 7)')
    await database.run('alter table notes alter column more type bigint; insert into notes values (3, 5000000000)')
    await eventually(async () => expect((await told()).at(-1)).toBe('+3'))
    const { publications } = await broker.read(ringOf('public.notes'), { after: 0, limit: 100, bytes: 1 << 20 })
    const rows = publications.map(readRingEntry).flatMap((entry) => (entry.kind === 'insert' ? [entry.new] : []))
    expect(rows).toEqual([
      { id: '1', body: 'a' },
      { id: '2', more: '7' },
      { id: '3', more: '5000000000' },
    ])
    expect(wider.table.columns).toHaveProperty('more')
  })
})

describe('what cannot be had by replication', () => {
  test.for([
    ['generated', 'id integer primary key, body text generated always as (id::text) stored', ''],
    ['unlogged', 'id integer primary key, body text', 'unlogged'],
    ['without a key', 'id integer, body text', ''],
  ])('a table that is %s is refused with a sentence', async ([what, columns, kind]) => {
    await database.run(`drop table notes; create ${kind} table notes (${columns})`)
    const sentence = { generated: 'generated column "body"', unlogged: 'is unlogged' }[String(what)] ?? 'no primary key'
    await expect(feedOf().ready('public.notes')).rejects.toThrow(sentence)
    // The application's own writes never fail for us.
    await database.run('insert into notes (id) values (1); update notes set id = 2')
  })

  test('auto takes replication, and says so', async () => {
    await feedOf('auto').ready('public.notes')
    expect(said.join()).toContain('come by replication')
    expect(await slot()).toBeDefined()
  })

  test.for<[string, string, string]>([
    ['a role that may not', 'create role NAME login', 'the role'],
    ['a table that is not published as it is', 'create role NAME login replication', 'generated column'],
  ])('auto takes triggers for %s, and says why', async ([_, create, why]) => {
    const role = `auto_${process.pid}`
    await database.run(`${create.replace('NAME', role)}; grant all on schema public to ${role};
      grant create on database ${new URL(database.url).pathname.slice(1)} to ${role};
      drop table notes; create table notes (id integer primary key, body text generated always as (id::text) stored);
      alter table notes owner to ${role}`)
    const feed = feedOf('auto', { role })
    await feed.ready('public.notes')
    expect(said.join()).toMatch(new RegExp(`come by triggers, and not by replication: .*${why}`))
    await database.run('insert into notes (id) values (1)')
    await tells('start', '+1')
    await feed.close()
    await database.run(`drop owned by ${role} cascade; drop role ${role}`)
  })

  test('auto takes what the node that leads has chosen', async () => {
    await feedOf('triggers').ready('public.notes')
    await feedOf('auto').ready('public.notes')
    expect(said.join()).toContain('the node that leads has chosen them')
  })

  test('replication that is asked for, and not allowed, is refused with what to run', async () => {
    const role = `refused_${process.pid}`
    await database.run(
      `create role ${role} login; grant create on database ${new URL(database.url).pathname.slice(1)} to ${role}`,
    )
    const feed = feedOf('replication', { role })
    await expect(feed.ready('public.notes')).rejects.toMatchObject({
      code: 'bad-definition',
      message: expect.stringContaining(`Run "alter role ${role} replication"`),
    })
    await feed.close()
    await database.run(`drop owned by ${role} cascade; drop role ${role}`)
  })
})

describe('another feed on the same broker', () => {
  test('each change of feed begins the tables again, and loses nothing after that', async () => {
    let id = 0
    for (const kind of ['triggers', 'replication', 'triggers', 'replication'] as const) {
      const feed = feedOf(kind)
      await feed.ready('public.notes')
      await database.run(`insert into notes values (${++id})`)
      await eventually(async () => expect((await told()).at(-1)).toBe(`+${id}`))
      await feed.close()
    }
    expect(await told()).toEqual(['start', '+1', 'start', '+2', 'start', '+3', 'start', '+4'])
    feedOf('replication')
    await eventually(async () => {
      const { rows } = await database.pool.query("select count(*)::int as n from pg_trigger where tgname like '0baro%'")
      expect(rows[0].n).toBe(0)
    })
  })

  test('slots of hubs that are gone are dropped, and those of others stay', async () => {
    await database.run(`select pg_create_logical_replication_slot('${slotOf('gone')}', 'pgoutput'),
      pg_create_logical_replication_slot('somebody_${process.pid}', 'pgoutput')`)
    await feedOf('replication').ready('public.notes')
    await eventually(async () => {
      const { rows } = await database.pool.query(
        'select slot_name as name, active from pg_replication_slots where database = current_database() order by active',
      )
      expect(rows).toEqual([
        { name: `somebody_${process.pid}`, active: false },
        { name: expect.stringMatching(/^baro_/), active: true },
      ])
    })
  })

  test('the slot of a feed goes with it', async () => {
    const first = feedOf('replication')
    await first.ready('public.notes')
    expect(await slot()).toBeDefined()
    await first.close()
    await feedOf('triggers').ready('public.notes')
    expect(await slot()).toBeUndefined()
  })

  test.each<[CaptureKind, CaptureKind]>([
    ['triggers', 'replication'],
    ['replication', 'triggers'],
  ])(
    'I12: while a node leads by %s, one that is set to %s goes by that and begins nothing again, until it leads itself',
    async (leading, own) => {
      const first = feedOf(leading)
      await first.ready('public.notes')
      await database.run('insert into notes values (1)')
      await tells('start', '+1')
      const second = feedOf(own)
      await second.ready('public.notes')
      expect(said.filter((text) => text.startsWith(`This node is set to feed by ${own}, and the node`))).toHaveLength(1)
      // The leader has looked after its tables, and found nothing to put right.
      for (const before of [await cared(), await cared()])
        await eventually(async () => expect(await cared()).not.toBe(before))
      await second.ready('public.notes')
      await database.run('insert into notes values (2)')
      await tells('start', '+1', '+2')
      const seen = parseSnapshot(await snapshot())
      await eventually(async () =>
        expect(await second.progress('public.notes', seen)).toMatchObject({ hasPassed: true }),
      )
      await first.close()
      await eventually(async () => expect(await told()).toEqual(['start', '+1', '+2', 'start']))
      await second.ready('public.notes')
      await database.run('insert into notes values (3)')
      await tells('start', '+1', '+2', 'start', '+3')
      const after = parseSnapshot(await snapshot())
      await eventually(async () =>
        expect(await second.progress('public.notes', after)).toMatchObject({ hasPassed: true }),
      )
    },
  )

  test('a table that the leader cannot tell of is unavailable with a sentence on a node that could', async () => {
    await feedOf('replication').ready('public.notes')
    await database.run('alter table notes add length integer generated always as (char_length(body)) stored')
    const definition = table('public.notes', { key: ['id'], columns: { id: 'integer', length: 'integer | null' } })
    await expect(feedOf('triggers', { definition }).ready('public.notes')).rejects.toThrow(
      /^The node that leads feeds by replication, and cannot tell of this table: .* generated column "length"/,
    )
  })
})
