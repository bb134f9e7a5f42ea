'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { type FormEvent, useState } from 'react'
import { maxNoteLength, post } from '../../channels/inbox.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './inbox.module.css'

/** Sends somebody a note: oneself, or a member who has opened an inbox lately. */
export function SendForm({
  language,
  own,
  people,
}: {
  language: Language
  own: string
  people: SnapshotOf<typeof post>
}) {
  const { inbox: says } = wordsIn(language)
  const { state, request } = useChannel(post, people)
  const [told, setTold] = useState('')
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const fields = new FormData(form)
    setTold('')
    try {
      await request('send', { to: String(fields.get('to')), text: String(fields.get('text')) })
      form.reset()
      setTold(says.sent)
    } catch (error) {
      setTold(`${says.failed} ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return (
    <form className={styles.form} onSubmit={send}>
      <label>
        <span>{says.to}</span>
        <select name="to">
          <option value={own}>{says.myself}</option>
          {state
            .filter(({ id }) => id !== own)
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </select>
      </label>
      <label className={styles.wide}>
        <span>{says.text}</span>
        <input name="text" required maxLength={maxNoteLength} placeholder={says.proposal} autoComplete="off" />
      </label>
      <button type="submit">{says.send}</button>
      <p role="status" className={styles.told}>
        {told}
      </p>
    </form>
  )
}
