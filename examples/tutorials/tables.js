import { table } from '@baro/postgres/table'

/** The rows of a table, for code that listens to its changes. */
export const posts = table('public.posts', { key: ['id'], columns: { id: 'bigint', body: 'text' } })
