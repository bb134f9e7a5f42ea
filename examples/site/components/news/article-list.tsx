'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import Link from 'next/link'
import { articles } from '../../channels/news.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { LocalTime } from '../live/local-time.tsx'
import { Proof } from '../live/proof.tsx'
import styles from './news.module.css'

/** The articles that were edited last, whoever edits them. */
export function ArticleList({ language, initial }: { language: Language; initial: SnapshotOf<typeof articles> }) {
  const { news: says } = wordsIn(language)
  const { state, status, handOver } = useChannel(articles, initial)
  return (
    <section className={styles.news} aria-labelledby="news">
      <h1 id="news">{says.title}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <ul className={styles.list}>
        {state.rows.map(({ id, title, body, edited_at }) => (
          <li key={id} data-article={id}>
            <h2>
              <Link href={`/${language}/news/${id}`}>{title}</Link>
            </h2>
            <p>{body}</p>
            <small>
              <LocalTime language={language} time={Date.parse(edited_at)} format="day" />
            </small>
          </li>
        ))}
      </ul>
      <Proof language={language} initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
