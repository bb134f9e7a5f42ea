'use client'

import type { SnapshotOf } from '@baro/core'
import type { pulse } from '../../channels/pulse.ts'
import { type WayName, wayNames } from '../../compare/ways.ts'
import type { Language } from '../../i18n/languages.ts'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './compare.module.css'
import { useComparison } from './use-comparison.ts'

/** What is known of a way without measuring. */
export type Counted = Readonly<Record<WayName, { readonly lines: number; readonly inHtml: number | undefined }>>

const none = '–'

/** All ways at once, in one table. */
export function ComparisonTable({
  language,
  initial,
  counted,
}: {
  language: Language
  initial: SnapshotOf<typeof pulse>
  counted: Counted
}) {
  const { compare: says } = useWords('compare')
  const { comparison, start, stop } = useComparison(initial)
  const isHydrated = useIsHydrated()
  const isRunning = comparison.state === 'running'
  const { columns, hints } = says
  return (
    <section className={styles.compare} aria-labelledby="compare">
      <header>
        <h1 id="compare">{says.title}</h1>
        <p>{says.lead}</p>
      </header>
      <div className={styles.controls}>
        <button type="button" disabled={!isHydrated} onClick={isRunning ? stop : start}>
          {isRunning ? says.stop : says.start}
        </button>
        <span aria-live="polite" data-comparison={comparison.state}>
          {says.state[comparison.state]}
        </span>
        <noscript>{says.noScript}</noscript>
      </div>
      <table className={styles.table}>
        <caption>{says.caption}</caption>
        <thead>
          <tr>
            {(['way', 'now', 'first', 'later', 'requests', 'bytes', 'lines', 'crawler'] as const).map((column) => (
              <th key={column} scope="col">
                {columns[column]}
                {column in hints && <small>{hints[column as keyof typeof hints]}</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {wayNames.map((name) => {
            const {
              busy,
              inHtml = counted[name].inHtml,
              firstMs,
              firstStaleMs,
              sumMs,
              samples,
              worstMs,
              requests,
              bytes,
            } = comparison.of[name]
            const perMinute = (count: number) =>
              comparison.ranMs < 1_000 ? none : Math.round((count * 60_000) / comparison.ranMs).toLocaleString(language)
            return (
              <tr key={name} data-way={name}>
                <th scope="row">
                  {says.ways[name].name}
                  <small>{says.ways[name].idea}</small>
                </th>
                <td data-column={columns.now}>{busy === undefined ? none : percent(busy)}</td>
                <td data-column={columns.first} data-first-stale={Math.round(firstStaleMs ?? -1)}>
                  {firstMs === undefined ? none : `${Math.round(firstMs)} ms, ${seconds(firstStaleMs ?? 0)}`}
                </td>
                <td data-column={columns.later} data-average-stale={samples === 0 ? -1 : Math.round(sumMs / samples)}>
                  {samples === 0 ? none : `${seconds(sumMs / samples)}, ${says.worst} ${seconds(worstMs)}`}
                </td>
                <td data-column={columns.requests}>{perMinute(requests)}</td>
                <td data-column={columns.bytes}>{perMinute(bytes)}</td>
                <td data-column={columns.lines}>{counted[name].lines}</td>
                <td data-column={columns.crawler}>{inHtml === undefined ? says.nothing : percent(inHtml)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p>
        {/* A document of its own: the App Router has no payload of it. */}
        <a className={styles.also} href={`/${language}/pages-router`}>
          {says.pagesRouter}
        </a>
      </p>
    </section>
  )
}

function percent(busy: number): string {
  return `${(busy * 100).toFixed(1)} %`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`
}
