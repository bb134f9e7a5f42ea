'use client'

import { type FormEvent, useRef, useState } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './room.module.css'
import { useEnterToSend } from './use-enter-to-send.ts'
import { useNickname } from './use-nickname.ts'

const typingEveryMs = 2_000

/** Where one writes. What could not be sent comes back into the field, with the reason. */
export function Composer({
  language,
  send,
  typing,
}: {
  language: Language
  send: (name: string, text: string) => Promise<unknown>
  typing: (name: string) => void
}) {
  const { room } = wordsIn(language)
  const [nickname, setNickname] = useNickname()
  const [problem, setProblem] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const saidTyping = useRef(Number.NEGATIVE_INFINITY)
  const name = nickname.trim() || room.guest

  const submit = async () => {
    const text = field.current?.value.trim()
    if (!field.current || !text) return
    field.current.value = ''
    saidTyping.current = Number.NEGATIVE_INFINITY
    setProblem('')
    try {
      await send(name, text)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      field.current.value ||= text
    }
  }
  useEnterToSend(field, submit)

  const tellTyping = () => {
    if (performance.now() - saidTyping.current < typingEveryMs) return
    saidTyping.current = performance.now()
    typing(name)
  }

  return (
    <form
      className={styles.composer}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void submit()
      }}
    >
      <label>
        <span className="visually-hidden">{room.nickname}</span>
        <input
          value={nickname}
          onChange={(event) => setNickname(event.target.value)}
          placeholder={room.nickname}
          maxLength={24}
          autoComplete="nickname"
        />
      </label>
      <label className={styles.field}>
        <span className="visually-hidden">{room.text}</span>
        <textarea
          ref={field}
          rows={1}
          placeholder={room.text}
          maxLength={2_000}
          enterKeyHint="send"
          autoComplete="off"
          onInput={tellTyping}
        />
      </label>
      <button type="submit">{room.send}</button>
      <p role="alert" className={styles.problem}>
        {problem && `${room.notSent} ${problem}`}
      </p>
      <noscript>{room.noScript}</noscript>
    </form>
  )
}
