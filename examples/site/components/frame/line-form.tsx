'use client'

import { type FormEvent, type ReactNode, useState } from 'react'
import button from './button.module.css'
import styles from './form.module.css'

/** A form for one line of text. It says what became of it, and keeps the text if that was nothing. */
export function LineForm({
  action,
  name,
  label,
  proposal,
  maxLength,
  submit,
  send,
  sent = '',
  failed,
  children,
}: {
  /** Where it is posted to without JavaScript; without it, it needs JavaScript. */
  action?: string
  /** Of the text among the fields. */
  name: string
  label: string
  proposal: string
  maxLength: number
  submit: string
  send: (fields: FormData) => Promise<unknown>
  /** Said when it was sent. */
  sent?: string
  /** Said before the reason why it was not. */
  failed: string
  /** Fields before the text. */
  children?: ReactNode
}) {
  const [told, setTold] = useState<{ readonly text: string; readonly isFailure?: true }>()
  const begin = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    setTold(undefined)
    try {
      await send(new FormData(form))
      form.reset()
      setTold({ text: sent })
    } catch (error) {
      setTold({ text: `${failed} ${error instanceof Error ? error.message : String(error)}`, isFailure: true })
    }
  }
  return (
    <form className={styles.line} {...(action && { method: 'post', action })} onSubmit={begin}>
      {children}
      <label className={styles.text}>
        <span>{label}</span>
        <input name={name} required maxLength={maxLength} placeholder={proposal} autoComplete="off" />
      </label>
      <button type="submit" className={button.solid}>
        {submit}
      </button>
      <p role="status" className={styles.told} data-failed={told?.isFailure}>
        {told?.text}
      </p>
    </form>
  )
}
