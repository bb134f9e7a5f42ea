/** `postgres_changes` under the writers of the checker: what each filter lets through, once, in the order of the table. */
import { createDatabase, driverOf } from '@baro/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChance } from '../../packages/postgres/test/checker/chance.ts'
import { createTables, items, orders } from '../../packages/postgres/test/checker/tables.ts'
import { type Written, write } from '../../packages/postgres/test/checker/writer.ts'
import { createTestDatabase, type TestDatabase } from '../../packages/postgres/test/test-database.ts'
import { joined, startNode, versions } from '../supabase/stage.ts'
import { type Changed, Told } from './told-changes.ts'

interface Item {
  readonly id: number
  readonly version: number
  readonly before: number | null
  readonly team: string
  readonly amount: number
  readonly note: string | null
}

/** What each filter lets through, written by hand, so that it is not the code under test. */
const filters: Readonly<Record<string, (row: Item) => boolean>> = {
  'team=eq.red': ({ team }) => team === 'red',
  'team=in.(blue, green),amount=gte.20': ({ team, amount }) => ['blue', 'green'].includes(team) && amount >= 20,
  'team=not.in.(blue,green)': ({ team }) => team === 'red' || team === 'grey',
  'team=neq.red,team=neq.grey': ({ team }) => team === 'blue' || team === 'green',
  'amount=lt.50': ({ amount }) => amount < 50,
  'amount=not.lt.50': ({ amount }) => amount >= 50,
  'note=is.null': ({ note }) => note === null,
  'note=not.is.null': ({ note }) => note !== null,
  'note=isdistinct.alpha': ({ note }) => note !== 'alpha',
  'note=ilike.%A%': ({ note }) => note !== null && /a/i.test(note),
  'note=not.like.%A%': ({ note }) => note !== null && !note.includes('A'),
}

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await database.run(createTables)
})
afterAll(() => database.end())

/** A change in one line: what happened to which row, and which version it has now. */
function lineOf({ eventType, new: now, old }: Changed): string {
  const { id, version } = now as Partial<Item>
  return `${eventType} ${(old as Partial<Item>).id ?? id} ${version ?? ''}`
}

/** What somebody who sees all of a table expects those with a filter to be told. */
function expected(all: readonly Changed[], lets: (row: Item) => boolean): readonly string[] {
  const rows = new Map<number, Item>()
  const lines: string[] = []
  for (const { new: now, old, eventType } of all) {
    const row = eventType === 'DELETE' ? undefined : (now as Item)
    const id = (old as Partial<Item>).id ?? row?.id ?? Number.NaN
    const before = rows.get(id)
    rows.delete(id)
    if (row) rows.set(row.id, row)
    const [had, has] = [before !== undefined && lets(before), row !== undefined && lets(row)]
    const told = has ? (had ? 'UPDATE' : 'INSERT') : had ? 'DELETE' : undefined
    if (told === 'DELETE') lines.push(`DELETE ${id} `)
    else if (told) lines.push(`${told} ${told === 'INSERT' ? row?.id : id} ${row?.version}`)
  }
  return lines
}

test('I1, I2: while eight write in every way, each filter is told what it lets through, once, in order', {
  timeout: 120_000,
}, async () => {
  const node = await startNode({
    channels: [items, orders],
    hub: { database: createDatabase(database.pool, { pollIntervalMs: 20 }) },
    prepare: (hub) => {
      hub.on(items, { access: 'public' })
      hub.on(orders, { access: 'public' })
    },
  })
  const tables = await Promise.all(
    ['items', 'orders'].map(async (table, index) => {
      const version = versions[index] ?? '2.0.0'
      const watch = async (filter?: string) => {
        const topic = node.client({ version }).channel(`${table} ${filter}`)
        const told = new Told(topic, { event: '*', table, ...(filter !== undefined && { filter }) })
        await joined(topic)
        return { filter: filter ?? '', told }
      }
      return { table, all: (await watch()).told, filtered: await Promise.all(Object.keys(filters).map(watch)) }
    }),
  )
  const written: Written = { changes: 0, commits: 0, rollbacks: 0, deadlocks: 0 }
  await Promise.all(
    Array.from({ length: 8 }, (_, number) =>
      write(
        {
          ...{ database: driverOf(database.another()), number: number + 1, chance: createChance(number) },
          ...{ longestTransactionMs: 50, longShare: 0.05, isEnough: () => written.changes >= 600 },
        },
        written,
      ),
    ),
  )
  for (const { table, all, filtered } of tables) {
    // All that is still there must be known, and what is not must be gone.
    const { rows } = await database.pool.query<{ line: string }>(`select id || ':' || version as line from ${table}`)
    const known = () => {
      const here = new Map<number, string>()
      for (const { eventType, new: now, old } of all.all) {
        here.delete((old as Partial<Item>).id ?? Number.NaN)
        const { id, version } = now as Item
        if (eventType !== 'DELETE') here.set(id, `${id}:${version}`)
      }
      return [...here.values()].sort()
    }
    await expect.poll(known, { timeout: 60_000 }).toEqual(rows.map(({ line }) => line).sort())
    // Each version names the one before it: none is missing, none comes twice.
    const versionsOf = new Map<number, number>()
    for (const { eventType, new: now, old } of all.all) {
      const { id, version, before } = now as Item
      const from = (old as Partial<Item>).id ?? id
      const had = versionsOf.get(from)
      versionsOf.delete(from)
      if (eventType === 'INSERT') expect([had, before]).toEqual([undefined, null])
      else expect(had).toEqual(eventType === 'UPDATE' ? before : expect.any(Number))
      if (eventType !== 'DELETE') versionsOf.set(id, version)
    }
    for (const { filter, told } of filtered) {
      const lines = expected(all.all, filters[filter] ?? (() => false))
      expect(lines.length).toBeGreaterThan(10)
      await told.count(lines.length)
      expect(told.all.map(lineOf), filter).toEqual(lines)
    }
  }
})
