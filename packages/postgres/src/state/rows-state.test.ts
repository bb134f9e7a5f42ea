import { BaroError } from '@baro/core'
import { describe, expect, test } from 'vitest'
import type { Row, RowChange } from '../table/row-change.ts'
import { table } from '../table/table.ts'
import { foldChange, isShort, type RowsState, rowsState } from './rows-state.ts'
import { cutWindow, readLimit, type Window } from './window.ts'
import { windowSql } from './window-sql.ts'

const products = table('public.products', {
  key: ['id'],
  columns: { id: 'integer', price: 'numeric | null', name: 'text' },
  filters: ['price', 'name'],
})
const shape = products.table
const sortable = new Set(['id', 'price', 'name'])

describe('a window in the name of a channel', () => {
  test('stands behind the filter, in one spelling', () => {
    expect(products({ name: 'a~b' }, { order: ['-price', 'name'], limit: 10 }).channel).toBe(
      'rows:public.products:name.eq.a~~b~.order.-price.name~.limit.10',
    )
    expect(products({}, { limit: 5 }).channel).toBe('rows:public.products:.limit.5')
    expect(products().channel).toBe('rows:public.products:all')
    expect(products.window({ filter: 'name.eq.a~~b~.order.-price.name~.limit.10' })).toEqual({
      order: ['-price', 'name'],
      limit: 10,
    })
    expect(products.conditions({ filter: 'name.eq.~~.limit.5~.limit.5' })).toEqual([
      { column: 'name', operator: 'eq', values: ['~.limit.5'] },
    ])
  })

  test.each([
    'all~.limit.5',
    '.limit.0',
    '.limit.05',
    '.limit.1001',
    '.limit.5~.order.id',
    '.order.',
    '.order.id.id',
    '.order.secret',
    '.limit.5~name.eq.a',
    '.limit.5~.limit.5',
    '.drop.table',
  ])('%s of a stranger is none', (text) => {
    expect(() => products.pattern && products.conditions({ filter: text })).toThrow(BaroError)
  })

  test('an order of what may not be sorted by is refused at the call', () => {
    expect(() => products({}, { order: ['secret'] as never })).toThrow('neither in the key nor among "filters"')
    expect(() => products({}, { limit: 1.5 })).toThrow('whole number from 1 to 1000')
  })

  test('is read by the database in the same order', () => {
    const cut = cutWindow(sortable, '.order.-price.name~.limit.10')
    expect(cut && windowSql(shape, cut.window, 100)).toBe('order by "price" desc, "name" collate "C", "id" limit 20')
  })
})

/** The rows of a table, as the database sorts them. */
class Table {
  readonly rows = new Map<number, Row>()

  sorted({ order }: Window): readonly Row[] {
    const by = (column: string, sign: number) => (a: Row, b: Row) => {
      const [one, other] = [a[column] ?? null, b[column] ?? null]
      if (one === other) return 0
      if (one === null || other === null) return sign * (one === null ? 1 : -1)
      return sign * (column === 'name' ? (one < other ? -1 : 1) : Number(one) - Number(other))
    }
    const steps = [...order, 'id'].map((part) => by(part.replace('-', ''), part.startsWith('-') ? -1 : 1))
    return [...this.rows.values()].sort((a, b) => steps.reduce((found, step) => found || step(a, b), 0))
  }

  read(window: Window): RowsState {
    return rowsState(shape, window, this.sorted(window).slice(0, readLimit(window)))
  }
}

/** A generator of whole numbers, the same in each run (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function someChange(table: Table, whole: (below: number) => number, inserts = 35): RowChange {
  const ids = [...table.rows.keys()]
  const some = ids[whole(Math.max(ids.length, 1))]
  const row = (id: number): Row => ({
    id,
    price: whole(10) === 0 ? null : `${whole(30)}.${'0'.repeat(whole(3))}`.replace(/\.$/, ''),
    name: String.fromCodePoint(0x41 + whole(20)),
  })
  const kind = whole(100)
  if (kind === 0) {
    table.rows.clear()
    return { type: 'truncate', payload: {} }
  }
  if (some === undefined || kind < inserts) {
    const made = row(1_000 + whole(1_000_000))
    table.rows.set(made.id as number, made)
    return { type: 'insert', payload: { key: { id: made.id ?? null }, row: made } }
  }
  table.rows.delete(some)
  if (kind < 65) return { type: 'delete', payload: { key: { id: some } } }
  // One in ten changes its key.
  const changed = row(whole(10) === 0 ? 1_000 + whole(1_000_000) : some)
  table.rows.set(changed.id as number, changed)
  return { type: 'update', payload: { key: { id: some }, row: changed } }
}

test.each([
  { order: [], limit: undefined },
  { order: ['-price', 'name'], limit: undefined },
  { order: ['-price'], limit: 1 },
  { order: ['name'], limit: 10 },
  { order: ['price', '-name'], limit: 25 },
])('after any changes %j shows what the database would, or says that it is short', (window) => {
  let [shorts, replaced] = [0, 0]
  for (let seed = 0; seed < 20; seed++) {
    const whole = generator(seed)
    const table = new Table()
    // Only inserts: of a hundred kinds the second one.
    for (let count = whole(120); count > 0; count--) someChange(table, (below) => (below === 100 ? 1 : whole(below)))
    let state = table.read(window)
    for (let count = 0; count < 150; count++) {
      const before = state
      state = foldChange(shape, state, someChange(table, whole, seed % 2 ? 35 : 15))
      const expected = table.sorted(window).slice(0, window.limit)
      if (isShort(state)) {
        shorts++
        expect(state.rows).toEqual(expected.slice(0, state.rows.length))
        state = table.read(window)
      }
      expect(state.rows).toEqual(expected)
      if (before.spare?.length && state.spare && state.spare.length < before.spare.length) replaced++
    }
  }
  if (window.limit !== undefined) expect([shorts, replaced].every((count) => count > 0)).toBe(true)
  else expect(shorts).toBe(0)
})
