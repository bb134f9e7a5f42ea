'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { compat } from '../../channels/compat.ts'
import { useWords } from '../words/words-provider.tsx'

/** What was written last, and with which client. */
export function CompatThumbnail({ initial }: { initial: SnapshotOf<typeof compat> }) {
  const { compat: says } = useWords('compat')
  const { state } = useChannel(compat, initial)
  return (
    <ol>
      {state.length === 0 && <li>{says.empty}</li>}
      {state.slice(-4).map(({ id, from, text }) => (
        <li key={id}>
          <b translate="no">{from}</b> {text}
        </li>
      ))}
    </ol>
  )
}
