/** Rows as channels of a hub: what a snapshot shows and what follows it are the table. */
import type { Json, Log, Publication } from '@baro/core'
import { createHub, type Hub, type Participant } from '@baro/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../test/eventually.ts'
import { createTestDatabase, type TestDatabase } from '../../test/test-database.ts'
import type { CaptureKind } from '../feed/capture.ts'
import { queried } from '../queried.ts'
import { foldChange, type RowsState } from '../state/rows-state.ts'
import type { Row, RowChange } from '../table/row-change.ts'
import { table } from '../table/table.ts'
import { createDatabase } from './create-database.ts'

const products = table('public.products', {
  key: ['id'],
  columns: { id: 'integer', name: 'text', category: 'text | null', price: 'numeric' },
  filters: ['category', 'price', 'name'],
})

const warnings: string[] = []
const log: Log = {
  info() {},
  warn: (_, text) => void warnings.push(text),
  error: (_, text) => void warnings.push(text),
}

let database: TestDatabase
let hub: Hub
let feed: CaptureKind = 'triggers'
let snapshotOption: ReturnType<typeof queried> | undefined

function start(): void {
  hub = createHub({
    channels: [products],
    database: createDatabase(database.pool, { feed, pollIntervalMs: 50, careIntervalMs: 200, maxRows: 100 }),
    log,
  })
  hub.on(products, { access: 'public', ...(snapshotOption && { snapshot: snapshotOption }) })
}

/** Follows from a snapshot, as a page does. */
class Page {
  state: RowsState
  readonly told: string[] = []
  readonly resets: string[] = []
  position: string
  #participant: Participant | undefined

  constructor(
    readonly channel: string,
    value: Json | undefined,
    position: string,
  ) {
    this.state = value as unknown as RowsState
    this.position = position
  }

  get rows(): readonly Row[] {
    return this.state.rows
  }

  follow(): void {
    this.#participant = hub.open()
    this.#participant.follow({ channel: this.channel }, this.position, {
      delivered: ({ publications, position }) => {
        for (const publication of publications) this.#take(publication)
        this.position = JSON.stringify(position)
      },
      reset: (reason, { value }) => {
        this.resets.push(reason)
        this.state = value as unknown as RowsState
      },
      failed: (error) => this.told.push(`failed ${error.code}`),
    })
  }

  end(): void {
    this.#participant?.end()
  }

  #take({ type, payload }: Publication): void {
    const change = { type, payload } as unknown as RowChange
    this.state = foldChange(products.table, this.state, change)
    const { key, row } = payload as unknown as { key?: Row; row?: Row }
    this.told.push(`${type} ${key?.id ?? ''}${row ? ` ${row.name}` : ''}`)
  }
}

const pages: Page[] = []
async function render(filter?: Parameters<typeof products>[0]): Promise<Page> {
  const reference = products(filter)
  const { value, position } = await hub.snapshot(reference)
  const page = new Page(reference.channel, value as unknown as Json, position)
  pages.push(page)
  return page
}

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())
beforeEach(async () => {
  await database.run(`create table products (id integer primary key, name text not null, category text, price numeric not null);
    insert into products values (1, 'saw', 'tools', 10.50), (2, 'bread', 'food', 2)`)
  snapshotOption = undefined
  start()
})
afterEach(async () => {
  for (const page of pages.splice(0)) page.end()
  warnings.length = 0
  await hub.close()
  await database.clear()
})

describe.each<CaptureKind>(['replication', 'triggers'])('the rows of a table, by %s', (each) => {
  beforeAll(() => {
    feed = each
  })

  test('I12: a page shows the rows of a snapshot, and what is committed afterwards follows', async () => {
    const page = await render()
    expect(page.position).toMatch(/^1q\./)
    expect(page.rows).toEqual([
      { id: 1, name: 'saw', category: 'tools', price: '10.50' },
      { id: 2, name: 'bread', category: 'food', price: '2' },
    ])
    await database.run(
      "update products set price = 11 where id = 1; insert into products values (3, 'axe', 'tools', 20)",
    )
    page.follow()
    await database.run('delete from products where id = 2')
    await eventually(() => expect(page.told).toEqual(['update 1 saw', 'insert 3 axe', 'delete 2']))
    expect(page.resets).toEqual([])
  })

  test('I12: a transaction that was open at the snapshot follows it, one that was seen does not', async () => {
    await render()
    const open = await database.pool.connect()
    await open.query("begin; insert into products values (4, 'late', null, 1)")
    await database.run("insert into products values (5, 'seen', null, 1)")
    const page = await render()
    await database.run("insert into products values (6, 'after', null, 1)")
    page.follow()
    await eventually(() => expect(page.told).toEqual(['insert 6 after']))
    await open.query('commit')
    open.release()
    await eventually(() => expect(page.told).toEqual(['insert 6 after', 'insert 4 late']))
    expect(page.rows.map(({ id }) => id)).toEqual([1, 2, 4, 5, 6])
  })

  test('a row that comes into a filter is inserted, one that leaves it is deleted, others are not heard of', async () => {
    const page = await render({ category: 'tools', price: { lt: '15' } })
    expect(page.rows.map(({ name }) => name)).toEqual(['saw'])
    page.follow()
    await database.run("update products set category = 'tools' where id = 2")
    await database.run('update products set price = 15 where id = 1')
    await database.run(
      "insert into products values (3, 'axe', 'tools', 20), (4, 'nail', 'tools', 0.1), (5, 'milk', 'food', 1)",
    )
    await database.run(
      'update products set id = 40 where id = 4; delete from products where id = 5; delete from products where id = 3',
    )
    await eventually(() => expect(page.told).toEqual(['insert 2 bread', 'delete 1', 'insert 4 nail', 'update 4 nail']))
    expect(page.rows.map(({ id }) => id)).toEqual([2, 40])
  })

  test.for<[Parameters<typeof products>[0], readonly number[]]>([
    [{ category: { isdistinct: 'tools' } }, [2, 3]],
    [{ category: { isnot: null } }, [1, 2]],
    [{ category: { notin: ['tools', 'toys'] } }, [2]],
    [{ category: { notlike: 't%' } }, [2]],
    [{ category: { notilike: 'T%' } }, [2]],
    [{ price: { isdistinct: '2.00' }, name: { notin: ['none'] } }, [1, 3]],
  ])('what is not so: %j lets the same rows through in a snapshot and in what follows it', async ([filter, ids]) => {
    await database.run("insert into products values (3, 'axe', null, 20)")
    const page = await render(filter)
    expect(page.rows.map(({ id }) => id)).toEqual(ids)
    page.follow()
    await database.run("update products set name = 'new'; insert into products values (4, 'last', 'food', 1)")
    await eventually(() => expect(page.told).toEqual([...ids.map((id) => `update ${id} new`), 'insert 4 last']))
  })

  test('a delete carries the key alone', async () => {
    const page = await render()
    const seen: Publication[] = []
    hub.open().follow({ channel: page.channel }, 'now', {
      delivered: ({ publications }) => void seen.push(...publications),
      reset() {},
      failed() {},
    })
    await database.run('delete from products where id = 1; truncate products')
    await eventually(() =>
      expect(seen.map(({ type, payload }) => [type, payload])).toEqual([
        ['delete', { key: { id: 1 } }],
        ['truncate', {}],
      ]),
    )
  })

  test('a reader without a position is reset to the rows, and goes on from there', async () => {
    const page = await render()
    page.position = 'none'
    page.state = { rows: [] }
    page.follow()
    await eventually(() => expect(page.rows).toHaveLength(2))
    await database.run("insert into products values (3, 'axe', 'tools', 20)")
    await eventually(() => expect(page.told).toEqual(['insert 3 axe']))
    expect(page.resets).toEqual(['none'])
  })

  test('whoever comes while the feed begins waits for it, and is not reset by its beginning', async () => {
    await hub.close()
    // Holds up the triggers, and with them the beginning.
    const open = await database.pool.connect()
    await open.query('drop schema baro cascade')
    await open.query('begin; lock table products in share row exclusive mode')
    start()
    const { channel } = products()
    const page = new Page(channel, { rows: [] }, 'now')
    pages.push(page)
    page.follow()
    const rendering = render()
    await open.query('commit')
    open.release()
    expect((await rendering).rows).toHaveLength(2)
    await database.run("insert into products values (3, 'axe', 'tools', 20)")
    await eventually(() => expect(page.told).toEqual(['insert 3 axe']))
    expect(page.resets).toEqual([])
  })

  test('a snapshot from before the feed began is reset, and so is one of another database', async () => {
    const page = await render()
    const [, epoch] = page.position.split('.')
    for (const position of [`1q.${epoch}.1.1.`, '1q.elsewhere.zz.1.']) {
      const old = new Page(page.channel, { rows: [] }, position)
      pages.push(old)
      old.follow()
      await eventually(() => expect([old.resets, old.rows.length]).toEqual([['queried'], 2]))
    }
  })

  test('a query of the application reads in the same transaction, and the channel keeps its order', async () => {
    await hub.close()
    snapshotOption = queried((tx) => tx.rows('select * from products where price < $1 order by price', [100]))
    start()
    expect((await render()).rows.map(({ id }) => id)).toEqual([1, 2])
  })

  test('nobody else publishes there', async () => {
    await expect(hub.publish(products(), 'insert', { key: { id: 1 }, row: {} } as never)).rejects.toThrow(
      'rows come from the database',
    )
  })
})

describe('triggers', () => {
  test('whoever follows when the log is emptied gets the rows anew', async () => {
    const page = await render()
    page.follow()
    await database.run("insert into products values (3, 'axe', 'tools', 20)")
    await eventually(() => expect(page.told).toEqual(['insert 3 axe']))
    await database.run(
      "alter table products disable trigger all; insert into products values (4, 'unseen', null, 1); alter table products enable trigger all",
    )
    await eventually(() => expect(page.rows.map(({ id }) => id)).toEqual([1, 2, 3, 4]))
    await database.run("insert into products values (5, 'seen', null, 1)")
    await eventually(() => expect(page.rows.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]))
    expect(page.resets).toEqual(['trimmed'])
  })
})

describe('what cannot be', () => {
  test.for<[string, () => unknown]>([
    ['is not among "filters" (category, price, name)', () => products({ id: 1 } as never)],
    ['It knows eq, neq, in, is', () => products({ price: { like: '1%' } } as never)],
    ['which is no numeric', () => products({ price: '1; drop table products' } as never)],
    ['Ask for { is: null }', () => products({ category: { eq: null } } as never)],
    ['a list that is not empty', () => products({ category: { in: [] } })],
    ['the longest is 255', () => products({ category: 'x'.repeat(250) })],
  ])('%s', ([sentence, make]) => {
    expect(make).toThrow(sentence.startsWith('It knows') ? 'It knows eq, neq, in, is, lt, lte, gt, gte' : sentence)
  })

  test('a name that is not canonical is no channel', async () => {
    for (const filter of ['category.eq.b~category.eq.a', 'price.eq.01', 'id.eq.1', 'category', 'price.eq.1.50'])
      await expect(hub.snapshot({ channel: `rows:public.products:${filter}` })).rejects.toMatchObject({
        code: 'unknown-channel',
      })
  })

  test('a text with every trick in it is a value like any other', async () => {
    const nasty = `'; drop table products; -- ~~ ~- "x" \\ $1 %`
    await database.pool.query('insert into products values (9, $1, $1, 1)', [nasty])
    const page = await render({ category: nasty, name: { like: '%drop%' } })
    expect(page.rows.map(({ id }) => id)).toEqual([9])
    page.follow()
    await database.run('update products set price = 2 where id = 9')
    await eventually(() => expect(page.told).toEqual([`update 9 ${nasty}`]))
  })

  test('more rows than may be in one snapshot are refused with a sentence', async () => {
    await database.run("insert into products select n, 'x', null, 1 from generate_series(10, 200) n")
    await expect(render()).rejects.toThrow('More than 100 rows')
  })

  test('a table that is gone is a definite error, and a server that is gone one that may pass', async () => {
    await render()
    await database.run('drop table products')
    await expect(render()).rejects.toMatchObject({ code: 'bad-definition' })
  })

  test('a hub without a database refuses a table', () => {
    expect(() => createHub({ channels: [products] })).toThrow('shows the rows of a table')
  })
})
