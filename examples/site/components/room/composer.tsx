'use client'

import { type FormEvent, useRef, useState } from 'react'
import type { Picture, Voice } from '../../channels/attachments.ts'
import type { Language } from '../../i18n/languages.ts'
import { useWords } from '../words/words-provider.tsx'
import { PictureButton } from './picture-button.tsx'
import { refusalText } from './refusal.ts'
import styles from './room.module.css'
import { shrinkPicture } from './shrink-picture.ts'
import { useEnterToSend } from './use-enter-to-send.ts'
import { useGivenFiles } from './use-given-files.ts'
import type { Nickname } from './use-nickname.ts'
import { VoiceButton } from './voice-button.tsx'

const typingEveryMs = 2_000

/** What sends something under a name, and rejects if it is not taken. */
type Send<Said> = (name: { readonly name?: string }, said: Said) => Promise<unknown>

/**
 * Where one writes, shows and speaks. A text that could not be sent comes back into the field, with the reason. It is a
 * form like any other: until a script takes over, or without one, sending it posts it.
 */
export function Composer({
  language,
  action,
  nickname,
  send,
  typing,
}: {
  language: Language
  /** Where a form without a script is posted. */
  action: string
  /** Left out where the server knows who speaks: then there is nothing to fill in. */
  nickname?: Nickname
  /** What cannot be sent has no button. */
  send: { readonly text: Send<string>; readonly picture?: Send<Picture>; readonly voice?: Send<Voice> }
  typing: (name: { readonly name?: string }) => void
}) {
  const { room } = useWords('room')
  const [problem, setProblem] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const saidTyping = useRef(Number.NEGATIVE_INFINITY)
  const chosen = nickname?.text?.trim()
  // Without one, each reader is told of a guest in their own language.
  const name = chosen ? { name: chosen } : {}

  const isSent = async (sending: Promise<unknown>) => {
    try {
      await sending
      return true
    } catch (error) {
      setProblem(`${room.notSent} ${refusalText(error, room, language)}`)
      return false
    }
  }

  const submit = async () => {
    const text = field.current?.value.trim()
    if (!field.current || !text) return
    field.current.value = ''
    // A click on the button took it away, and ended a composition before.
    field.current.focus()
    saidTyping.current = Number.NEGATIVE_INFINITY
    setProblem('')
    if (!(await isSent(send.text(name, text)))) field.current.value ||= text
  }
  useEnterToSend(field, submit)

  const { picture: sendsPicture, voice: sendVoice } = send
  const sendPicture = async (file: File) => {
    if (!sendsPicture) return
    setProblem('')
    const picture = await shrinkPicture(file)
    if (picture) await isSent(sendsPicture(name, picture))
    else setProblem(room.noPicture)
  }
  useGivenFiles(sendPicture)

  const tellTyping = () => {
    if (performance.now() - saidTyping.current < typingEveryMs) return
    saidTyping.current = performance.now()
    typing(name)
  }

  return (
    <form
      className={styles.composer}
      data-plain={nickname === undefined || undefined}
      method="post"
      action={action}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void submit()
      }}
    >
      {nickname && (
        <label className={styles.name}>
          <span className="visually-hidden">{room.nickname}</span>
          <input {...nickname.field} name="name" placeholder={room.nickname} maxLength={24} autoComplete="nickname" />
        </label>
      )}
      {sendsPicture && <PictureButton take={sendPicture} />}
      {sendVoice && <VoiceButton send={(voice) => isSent(sendVoice(name, voice))} complain={setProblem} />}
      <label className={styles.field}>
        <span className="visually-hidden">{room.text}</span>
        <textarea
          ref={field}
          name="text"
          required
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
        {problem}
      </p>
      <noscript>{room.noScript}</noscript>
    </form>
  )
}
