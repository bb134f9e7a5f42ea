'use client'
import { useDeferredValue, useMemo, useRef, useState } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './docs.module.css'
import { type FindPassages, searchIn } from './passages.ts'

const mostFound = 8

/** Finds a word in the guides. What it looks through is loaded when somebody is about to type. */
export function DocsSearch({ language }: { language: Language }) {
  const { search: says } = useWords('search')
  const [find, setFind] = useState<FindPassages>()
  const [question, setQuestion] = useState('')
  const isLoading = useRef(false)
  const asked = useDeferredValue(question)
  const found = useMemo(() => find?.(asked, mostFound) ?? [], [find, asked])
  const isAsked = find !== undefined && asked.trim() !== ''

  /** Once. Without it the field finds nothing yet, and the next key tries again. */
  async function load() {
    if (find || isLoading.current) return
    isLoading.current = true
    try {
      const answer = await fetch(`/${language}/docs/passages`)
      const passages = answer.ok && (await answer.json())
      if (passages) setFind(() => searchIn(passages))
    } catch {
      // The network is away.
    } finally {
      isLoading.current = false
    }
  }

  return (
    <search className={styles.search}>
      <label>
        <span className="visually-hidden">{says.field}</span>
        <input
          type="search"
          placeholder={says.field}
          value={question}
          autoComplete="off"
          onFocus={load}
          onChange={({ target }) => {
            setQuestion(target.value)
            void load()
          }}
        />
      </label>
      <p role="status" className={found.length > 0 ? 'visually-hidden' : undefined}>
        {isAsked && (found.length > 0 ? says.found(found.length) : says.nothing)}
      </p>
      {isAsked && found.length > 0 && (
        <ul>
          {found.map(({ href, guide, heading, around }) => (
            <li key={href}>
              <a href={href}>
                <b>{heading || guide}</b>
                {heading && <small>{guide}</small>}
                <span>{around}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </search>
  )
}
