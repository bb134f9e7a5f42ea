'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { articles } from '../../channels/news.ts'
import type { Language } from '../../i18n/languages.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import { LocalTime } from '../live/local-time.tsx'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import { ArticleForm } from './article-form.tsx'
import styles from './news.module.css'

/** One article, and the form that changes it for everybody. */
export function Article({ language, initial }: { language: Language; initial: SnapshotOf<typeof articles> }) {
  const { news: says } = useWords('news')
  const { state, status, handOver } = useChannel(articles, initial)
  const [article] = state.rows
  return (
    <section className={styles.news} aria-labelledby="article">
      <IntentLink className={styles.back} href={`/${language}/news`}>
        {says.toList}
      </IntentLink>
      {article ? (
        <>
          <article lang={article.language} data-article={article.id}>
            <h1 id="article">{article.title}</h1>
            <p className={styles.edited}>
              {says.edited} <LocalTime language={language} time={Date.parse(article.edited_at)} format="day" />
            </p>
            <p className={styles.body}>{article.body}</p>
          </article>
          <ArticleForm language={language} id={article.id} title={article.title} body={article.body} />
        </>
      ) : (
        <h1 id="article">{says.gone}</h1>
      )}
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
