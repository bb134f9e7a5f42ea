'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { texts } from '../../channels/stream.ts'
import { useWords } from '../words/words-provider.tsx'

/** What was asked for last. */
export function StreamThumbnail({ initial }: { initial: SnapshotOf<typeof texts> }) {
  const { stream: says } = useWords('stream')
  const { state } = useChannel(texts, initial)
  return (
    <ol>
      {state.length === 0 && <li>{says.none}</li>}
      {state.slice(0, 4).map(({ id, prompt, language }) => (
        <li key={id} lang={language}>
          {prompt}
        </li>
      ))}
    </ol>
  )
}
