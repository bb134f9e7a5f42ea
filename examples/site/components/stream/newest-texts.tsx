'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import Link from 'next/link'
import { texts } from '../../channels/stream.ts'
import type { Language } from '../../i18n/languages.ts'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import { StartForm } from './start-form.tsx'
import styles from './stream.module.css'

/** Where one asks for a text, and what others have asked for. */
export function NewestTexts({ language, initial }: { language: Language; initial: SnapshotOf<typeof texts> }) {
  const { stream: says } = useWords('stream')
  const { state, status, handOver } = useChannel(texts, initial)
  return (
    <section className={styles.stream} aria-labelledby="stream">
      <h1 id="stream">{says.title}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <StartForm language={language} />
      <Proof initial={initial} status={status} handOver={handOver} />
      <h2 id="newest">{says.newest}</h2>
      {state.length === 0 && <p className={styles.lead}>{says.none}</p>}
      <ul className={styles.newest} aria-labelledby="newest">
        {state.map((one) => (
          <li key={one.id}>
            {/* A page for each, rendered for who opens it. */}
            <Link href={`/${language}/stream/${one.id}`} prefetch={false} lang={one.language}>
              {one.prompt}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
