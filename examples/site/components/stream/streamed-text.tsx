'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { useState } from 'react'
import { endOf, text } from '../../channels/stream.ts'
import type { Language } from '../../i18n/languages.ts'
import button from '../frame/button.module.css'
import { IntentLink } from '../frame/intent-link.tsx'
import { Proof } from '../live/proof.tsx'
import { useOwnName } from '../room/use-own-name.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './stream.module.css'

/** A text while it is written, and afterwards. */
export function StreamedText({
  language,
  initial,
  renderedAtMs,
}: {
  language: Language
  initial: SnapshotOf<typeof text>
  /** In milliseconds since 1970. */
  renderedAtMs: number
}) {
  const { stream: says } = useWords('stream')
  const { state, request, status, handOver } = useChannel(text, initial)
  const own = useOwnName(status.state === 'live', request)
  const [problem, setProblem] = useState('')
  const { asked } = state
  // The hub says of a text that it was cut off; a page without a script says it by itself.
  const end = endOf(state, renderedAtMs)
  const isOwn = own !== undefined && asked?.by === own
  const stop = () => {
    setProblem('')
    request('stop', {}).catch((error: Error) => setProblem(`${says.notStopped} ${error.message}`))
  }
  return (
    <section className={styles.stream} aria-labelledby="stream">
      <h1 id="stream" lang={asked?.language}>
        {asked?.prompt}
      </h1>
      <p className={styles.lead}>{says.generator}</p>
      <div className={styles.bar}>
        <p role="status" data-end={end ?? 'writing'}>
          {says.states[end ?? 'writing']}
        </p>
        {isOwn && !end && (
          <button type="button" className={button.solid} onClick={stop}>
            {says.stop}
          </button>
        )}
        <IntentLink href={`/${language}/stream`}>{says.another}</IntentLink>
      </div>
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
      <noscript>{says.noScript}</noscript>
      <Proof initial={initial} status={status} handOver={handOver} />
      {/* Below all that must not move. */}
      <div className={styles.text} lang={asked?.language} data-text data-writing={!end || undefined}>
        {state.text}
      </div>
    </section>
  )
}
