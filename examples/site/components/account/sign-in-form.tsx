'use client'

import { type FormEvent, useState } from 'react'
import { maxNameLength } from '../../channels/club.ts'
import type { Language } from '../../i18n/languages.ts'
import button from '../frame/button.module.css'
import { useWords } from '../words/words-provider.tsx'
import styles from './account.module.css'
import { accountChanged } from './member-name.ts'
import { post } from './post.ts'

/** Signs in under a name, without a reload; and with one, where there is no script. */
export function SignInForm({ language }: { language: Language }) {
  const { account } = useWords('account')
  const [problem, setProblem] = useState('')
  const [isSending, setIsSending] = useState(false)
  const action = `/${language}/session`

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const body = new URLSearchParams({ name: String(new FormData(event.currentTarget).get('name') ?? '') })
    setIsSending(true)
    setProblem('')
    if (await post(action, body)) accountChanged()
    else setProblem(account.notTaken)
    setIsSending(false)
  }

  return (
    <form className={styles.form} method="post" action={action} onSubmit={submit}>
      <label>
        <span>{account.name}</span>
        <input name="name" required maxLength={maxNameLength} autoComplete="nickname" />
      </label>
      <button type="submit" className={button.solid} disabled={isSending}>
        {account.signIn}
      </button>
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
      <p className={styles.note}>{account.noPassword}</p>
    </form>
  )
}
