'use client'
import { useDeferredValue, useMemo, useState } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './docs.module.css'
import { findPassages, type Passage } from './passages.ts'

const mostFound = 8

/** Finds a word in the guides. What it looks through is loaded when somebody is about to type. */
export function DocsSearch({ language }: { language: Language }) {
  const { docs } = wordsIn(language)
  const [passages, setPassages] = useState<readonly Passage[]>()
  const [question, setQuestion] = useState('')
  const asked = useDeferredValue(question)
  const found = useMemo(() => findPassages(passages ?? [], asked, mostFound), [passages, asked])
  const isAsked = passages !== undefined && asked.trim() !== ''

  async function load() {
    if (passages) return
    const answer = await fetch(`/${language}/docs/passages`)
    // Without it the field finds nothing yet. The next key tries again.
    if (answer.ok) setPassages(await answer.json())
  }
  const loadQuietly = () => void load().catch(() => {})

  return (
    <search className={styles.search}>
      <label>
        <span className="visually-hidden">{docs.search}</span>
        <input
          type="search"
          placeholder={docs.search}
          value={question}
          autoComplete="off"
          onFocus={loadQuietly}
          onChange={({ target }) => {
            setQuestion(target.value)
            loadQuietly()
          }}
        />
      </label>
      <p role="status" className={found.length > 0 ? 'visually-hidden' : undefined}>
        {isAsked && (found.length > 0 ? docs.found(found.length) : docs.nothing)}
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
