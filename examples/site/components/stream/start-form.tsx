'use client'

import { systemRandomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'
import { useChannel } from '@baro/react'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { maxPromptLength, text } from '../../channels/stream.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './stream.module.css'

/** Asks for a text, and opens its page. The browser chooses its id, so that asking twice begins it once. */
export function StartForm({ language }: { language: Language }) {
  const { stream: says } = wordsIn(language)
  const router = useRouter()
  const [id] = useState(() => createId(systemRandomness))
  const { request } = useChannel(text, text({ id }))
  const [problem, setProblem] = useState('')
  const begin = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setProblem('')
    const prompt = String(new FormData(event.currentTarget).get('prompt') ?? '')
    try {
      await request('begin', { prompt, language })
      router.push(`/${language}/stream/${id}`)
    } catch (error) {
      setProblem(`${says.notBegun} ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return (
    <form className={styles.form} method="post" action={`/${language}/stream/texts`} onSubmit={begin}>
      <label>
        <span>{says.prompt}</span>
        <input name="prompt" required maxLength={maxPromptLength} placeholder={says.proposal} autoComplete="off" />
      </label>
      <button type="submit">{says.begin}</button>
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
    </form>
  )
}
