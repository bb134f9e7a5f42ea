'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { articles } from '../../channels/news.ts'

/** The articles that were edited last. */
export function NewsThumbnail({ initial }: { initial: SnapshotOf<typeof articles> }) {
  const { state } = useChannel(articles, initial)
  return (
    <ol>
      {state.rows.map(({ id, title, body }) => (
        <li key={id}>
          <b>{title}</b> {body}
        </li>
      ))}
    </ol>
  )
}
