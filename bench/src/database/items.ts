import { table } from '@baro/postgres/table'

/** What is measured: rows that are told apart by a team and by an amount. */
export const items = table('public.items', {
  key: ['id'],
  columns: { id: 'bigint', team: 'text', amount: 'integer', sent: 'double precision' },
  filters: ['team', 'amount'],
})

/** The same, and one beside it that no hub knows. */
export const createItems = ['items', 'plain']
  .map(
    (name) =>
      `create table ${name} (id bigint primary key, team text not null, amount integer not null, sent double precision not null)`,
  )
  .join(';')
