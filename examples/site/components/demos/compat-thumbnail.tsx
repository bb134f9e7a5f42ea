'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { compat } from '../../channels/compat.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'

/** What was written last, and with which client. */
export function CompatThumbnail({ language, initial }: { language: Language; initial: SnapshotOf<typeof compat> }) {
  const { state } = useChannel(compat, initial)
  return (
    <ol>
      {state.length === 0 && <li>{wordsIn(language).compat.empty}</li>}
      {state.slice(-4).map(({ id, from, text }) => (
        <li key={id}>
          <b translate="no">{from}</b> {text}
        </li>
      ))}
    </ol>
  )
}
