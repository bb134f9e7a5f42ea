'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { articles } from '../../channels/news.ts'
import type { Language } from '../../i18n/languages.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import { LocalTime } from '../live/local-time.tsx'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './news.module.css'

/** The articles that were edited last, whoever edits them. */
export function ArticleList({ language, initial }: { language: Language; initial: SnapshotOf<typeof articles> }) {
  const { news: says } = useWords('news')
  const { state, status, handOver } = useChannel(articles, initial)
  return (
    <section className={styles.news} aria-labelledby="news">
      <h1 id="news">{says.title}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <ul className={styles.list}>
        {state.rows.map(({ id, title, body, edited_at }) => (
          <li key={id} data-article={id}>
            <h2>
              <IntentLink href={`/${language}/news/${id}`}>{title}</IntentLink>
            </h2>
            <p>{body}</p>
            <small>
              <LocalTime language={language} time={Date.parse(edited_at)} format="day" />
            </small>
          </li>
        ))}
      </ul>
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
