'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { texts } from '../../channels/stream.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'

/** What was asked for last. */
export function StreamThumbnail({ language, initial }: { language: Language; initial: SnapshotOf<typeof texts> }) {
  const { state } = useChannel(texts, initial)
  return (
    <ol>
      {state.length === 0 && <li>{wordsIn(language).stream.none}</li>}
      {state.slice(0, 4).map(({ id, prompt, language }) => (
        <li key={id} lang={language}>
          {prompt}
        </li>
      ))}
    </ol>
  )
}
