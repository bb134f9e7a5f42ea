'use client'

import { useChannel } from '@baro/react'
import { type FormEvent, useState } from 'react'
import { longestBody, longestTitle, newsroom } from '../../channels/news.ts'
import type { Language } from '../../i18n/languages.ts'
import button from '../frame/button.module.css'
import { useWords } from '../words/words-provider.tsx'
import styles from './news.module.css'

interface Draft {
  readonly title: string
  readonly body: string
}

/** Changes an article. A field that nobody has touched shows what others make of it. */
export function ArticleForm({ language, id, title, body }: Draft & { language: Language; id: number }) {
  const { news: says } = useWords('news')
  const { request } = useChannel(newsroom, newsroom())
  const [draft, setDraft] = useState<Partial<Draft>>({})
  const [problem, setProblem] = useState('')
  const [isSaving, setIsSaving] = useState(false)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setIsSaving(true)
    setProblem('')
    try {
      await request('save', { id, title, body, ...draft })
      setDraft({})
    } catch (error) {
      setProblem(`${says.notSaved} ${error instanceof Error ? error.message : ''}`)
    }
    setIsSaving(false)
  }
  return (
    <form
      className={styles.form}
      method="post"
      action={`/${language}/news/${id}/edits`}
      onSubmit={save}
      aria-labelledby="edit"
    >
      <h2 id="edit">{says.edit}</h2>
      <label>
        <span>{says.headline}</span>
        <input
          name="title"
          value={draft.title ?? title}
          onChange={({ target }) => setDraft({ ...draft, title: target.value })}
          required
          maxLength={longestTitle}
        />
      </label>
      <label>
        <span>{says.text}</span>
        <textarea
          name="body"
          value={draft.body ?? body}
          onChange={({ target }) => setDraft({ ...draft, body: target.value })}
          required
          maxLength={longestBody}
          rows={5}
        />
      </label>
      <button type="submit" className={button.solid} disabled={isSaving}>
        {says.save}
      </button>
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
      <noscript>{says.noScript}</noscript>
    </form>
  )
}
