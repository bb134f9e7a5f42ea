import { BaroError } from '@baro/core'
import type { PostgresDriver } from '@baro/postgres'
import type { Hub } from '@baro/server'
import { articles, newsroom } from '../channels/news.ts'

/** Opens the news: everybody reads, and everybody edits. */
export function openNews(hub: Hub, database: PostgresDriver): void {
  hub.on(articles, { access: 'public' })
  hub.on(newsroom, {
    access: 'public',
    requests: {
      save: async ({ payload: { id, title, body } }) => {
        const [saved] = await database.query(
          'update baro_site.articles set title = $2, body = $3, edited_at = now() where id = $1 returning id',
          [id, title, body],
        )
        if (!saved) throw new BaroError('not-accepted', `There is no article ${id}. Open one from the list.`)
        return {}
      },
    },
  })
}
