import { channel } from '@baro/core'
import { table } from '@baro/postgres/table'
import * as z from 'zod/mini'

/** How many articles the list shows: those that were edited last. */
export const listedArticles = 10

export const longestTitle = 120
export const longestBody = 4_000

/** The articles, whoever changes them: this site, another program, or somebody at a prompt. */
export const articles = table('baro_site.articles', {
  key: ['id'],
  columns: { id: 'integer', language: 'text', title: 'text', body: 'text', edited_at: 'timestamptz' },
  filters: ['language', 'edited_at', 'id'],
})

const text = (longest: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(longest))

/** Where articles are edited. It answers who wrote; everybody else learns it from the table. */
export const newsroom = channel('newsroom', {
  requests: {
    save: {
      input: z.object({ id: z.int(), title: text(longestTitle), body: text(longestBody) }),
      output: z.object({}),
    },
  },
})
