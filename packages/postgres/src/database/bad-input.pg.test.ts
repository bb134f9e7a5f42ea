/** What a database does that nobody asked for: a clear error or an honest reset, and other tables go on. */
import type { Json, Log } from '@baro/core'
import { createHub, type Hub } from '@baro/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../test/eventually.ts'
import { createTestDatabase, type TestDatabase } from '../../test/test-database.ts'
import type { CaptureKind } from '../feed/capture.ts'
import { foldChange, type RowsState } from '../state/rows-state.ts'
import type { RowChange } from '../table/row-change.ts'
import { table } from '../table/table.ts'
import { createDatabase } from './create-database.ts'

const notes = table('public.notes', {
  key: ['id'],
  columns: { id: 'integer', body: 'text | null' },
  filters: ['body'],
  history: { size: 1_000 },
})
const other = table('public.other', { key: ['id'], columns: { id: 'integer' } })

const said: string[] = []
const log: Log = { info() {}, warn: (_, text) => void said.push(text), error: (_, text) => void said.push(text) }

let database: TestDatabase
let feed: CaptureKind
let hubs: Hub[]

function start(pool = database.pool): Hub {
  const hub = createHub({
    channels: [notes, other],
    database: createDatabase(pool, { feed, pollIntervalMs: 50, careIntervalMs: 100, maxRows: 30_000 }),
    log,
  })
  for (const definition of [notes, other]) hub.on(definition as typeof notes, { access: 'public' })
  hubs.push(hub)
  return hub
}

/** A page of a table that goes live. */
async function follow(hub: Hub, definition: typeof notes | typeof other, filter?: Parameters<typeof notes>[0]) {
  const { channel, value, position } = await hub.snapshot((definition as typeof notes)(filter))
  const page = { state: value as unknown as RowsState, resets: [] as string[], failures: [] as string[] }
  hub.open().follow({ channel }, position, {
    delivered({ publications }) {
      for (const { type, payload } of publications)
        page.state = foldChange(definition.table, page.state, { type, payload } as unknown as RowChange)
    },
    reset(reason, reset) {
      page.resets.push(reason)
      page.state = reset.value as Json as unknown as RowsState
    },
    failed: ({ code }) => void page.failures.push(code),
  })
  return page
}

const idsOf = ({ state }: { readonly state: RowsState }) => state.rows.map(({ id }) => id)

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())
beforeEach(async () => {
  await database.run(
    'create table notes (id integer primary key, body text); create table other (id integer primary key)',
  )
  hubs = []
  said.length = 0
})
afterEach(async () => {
  await Promise.all(hubs.map((hub) => hub.close()))
  await database.clear()
})

describe.each<CaptureKind>(['replication', 'triggers'])('by %s', (each) => {
  beforeAll(() => {
    feed = each
  })

  describe('a change that is too large', () => {
    test('I7: a transaction of more rows than are kept resets who follows its table, and nobody else', async () => {
      const hub = start()
      const [page, beside] = [await follow(hub, notes), await follow(hub, other)]
      await database.run("insert into notes select n, 'x' from generate_series(1, 5000) n")
      await database.run('insert into other values (1)')
      await eventually(() => expect(idsOf(beside)).toEqual([1]))
      await eventually(() => expect(page.state.rows).toHaveLength(5_000))
      // It had been let in, or stood at its query still; or it was let in behind the transaction.
      expect(['trimmed', 'queried']).toEqual(expect.arrayContaining([...page.resets]))
      expect(beside.resets).toEqual([])
      await database.run('delete from notes where id > 2')
      await eventually(() => expect(idsOf(page)).toEqual([1, 2]))
      expect(beside.failures).toEqual([])
    }, 60_000)

    test('I7: a row of ten megabytes arrives, and so does what follows it', async () => {
      const hub = start()
      const [page, beside] = [await follow(hub, notes), await follow(hub, other)]
      await database.run("insert into notes values (1, repeat('x', 10000000)), (2, 'small')")
      await database.run('insert into other values (1)')
      await eventually(() => expect(idsOf(page)).toEqual([1, 2]))
      expect(String(page.state.rows[0]?.body).length).toBe(10_000_000)
      await database.run("update notes set body = 'short' where id = 1")
      await eventually(() => expect(page.state.rows[0]?.body).toBe('short'))
      await eventually(() => expect(idsOf(beside)).toEqual([1]))
      expect(beside.resets).toEqual([])
    }, 60_000)
  })

  describe('a table that changes under the hub', () => {
    test('a column that is dropped fails the next page with a sentence, and the application and other tables go on', async () => {
      const hub = start()
      const beside = await follow(hub, other)
      const page = await follow(hub, notes)
      await database.run(
        'alter table notes drop column body; insert into notes values (1); insert into other values (1)',
      )
      await eventually(() => expect(idsOf(beside)).toEqual([1]))
      await expect(hub.snapshot(notes())).rejects.toMatchObject({
        code: 'bad-definition',
        message: expect.stringContaining('"body"'),
      })
      // Its row would be a guess, so nobody gets it.
      await eventually(() => expect(page.failures).toEqual(['bad-definition']))
      expect(said.join()).toContain('it has no column "body"')
      await database.run("alter table notes add column body text; insert into notes values (2, 'b')")
      expect((await hub.snapshot(notes())).value.rows.map(({ id }) => id)).toEqual([1, 2])
    })

    test.each([
      ['dropped', 'alter table notes drop column body'],
      ['renamed', 'alter table notes rename column body to content'],
    ])(
      'I12: a column that is %s fails who follows a filter of it, since nobody knows which rows are in it',
      async (_, sql) => {
        const hub = start()
        await database.run("insert into notes values (1, 'a')")
        const pages = await Promise.all(
          [{ body: 'a' }, { body: { gte: 'a' } }, { body: { isnot: null } }].map((filter) =>
            follow(hub, notes, filter),
          ),
        )
        expect(pages.map(idsOf)).toEqual([[1], [1], [1]])
        await database.run(`${sql}; update notes set id = 2; insert into notes values (3)`)
        for (const page of pages) await eventually(() => expect(page.failures).toEqual(['bad-definition']))
        expect(said.join()).toContain('it has no column "body"')
      },
    )

    test('rights that are taken away fail pages with a sentence, and given back all goes on', async () => {
      const name = `reader_${process.pid}`
      await database.run(`create role ${name} login replication; grant all on schema public to ${name};
      grant create on database ${new URL(database.url).pathname.slice(1)} to ${name};
      alter table notes owner to ${name}; alter table other owner to ${name}`)
      const pool = database.another(name)
      const hub = start(pool)
      const [page, beside] = [await follow(hub, notes), await follow(hub, other)]
      await database.run(
        `revoke all on notes from ${name}; insert into notes values (1, 'a'); insert into other values (1)`,
      )
      await expect(hub.snapshot(notes())).rejects.toMatchObject({
        code: 'bad-definition',
        message: expect.stringContaining('permission denied'),
      })
      // What is logged is the hub's own: who was let in goes on.
      await eventually(() => expect([idsOf(page), idsOf(beside)]).toEqual([[1], [1]]))
      await database.run(`grant all on notes to ${name}`)
      expect((await hub.snapshot(notes())).value.rows).toHaveLength(1)
      await hub.close()
      await database.run(`drop owned by ${name} cascade; drop role ${name}`)
    })
  })

  test('two hubs with brokers of their own on one database tell the same', async () => {
    const pages = await Promise.all([start(), start(database.another())].map((hub) => follow(hub, notes)))
    await database.run("insert into notes values (1, 'a'); update notes set id = 2; insert into notes values (3, 'c')")
    for (const page of pages) await eventually(() => expect(idsOf(page)).toEqual([2, 3]))
    await hubs[0]?.close()
    await database.run('delete from notes where id = 2')
    await eventually(() => expect(idsOf(pages[1] as (typeof pages)[number])).toEqual([3]))
    expect(pages.map(({ resets }) => resets)).toEqual([[], []])
  })
})
