import { table } from '../../src/table/table.ts'

/**
 * A table in which each version of each row has a number of its own, and says which one was before: whoever follows it
 * finds out for itself what was lost, doubled or out of order.
 */
const shape = {
  key: ['id'],
  columns: {
    id: 'bigint',
    version: 'bigint',
    before: 'bigint | null',
    team: 'text',
    amount: 'integer',
    note: 'text | null',
  },
  filters: ['team', 'amount', 'note'],
  history: { size: 20_000 },
} as const

export const items = table('public.items', shape)
export const orders = table('public.orders', shape)

export const createTables = ['items', 'orders']
  .map(
    (name) =>
      `create table if not exists ${name} (id bigint primary key, version bigint not null, before bigint, team text not null, amount integer not null, note text)`,
  )
  .join(';')

/** The channels that readers follow; every second one has a filter. */
export const references = [
  items(),
  items({ team: 'red' }),
  orders(),
  items({ amount: { lt: 50 } }),
  items(),
  orders({ team: { in: ['blue', 'green'] }, amount: { gte: 20 } }),
  orders(),
  items({ note: { ilike: '%A%' } }),
  items(),
  orders({ note: { is: null } }),
] as const
