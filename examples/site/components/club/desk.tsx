'use client'

import { audit, auditChannel } from '@baro/core'
import { useChannel } from '@baro/react'
import Link from 'next/link'
import { useEffect, useRef, useState } from 'react'
import { type ClubMessage, club } from '../../channels/club.ts'
import type { Language } from '../../i18n/languages.ts'
import button from '../frame/button.module.css'
import { clockTime } from '../room/refusal.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './club.module.css'

/** A message that the owner has not removed. */
export type SaidMessage = Exclude<ClubMessage, { readonly removed: true }>

const muteMs = 10 * 60_000

/** What only the owner of a room has: what to do with a message, and the way to the page of what was done. */
export default function Desk({
  language,
  id,
  own,
  chosen,
  done,
}: {
  language: Language
  id: string
  own: string
  /** The message to do something with. */
  chosen: SaidMessage | undefined
  /** Nothing is to be done with it any more. */
  done: () => void
}) {
  const { club: says } = useWords('club')
  const { request } = useChannel(auditChannel, audit(club({ id })))
  const [said, setSaid] = useState('')
  const asking = useRef<HTMLDialogElement>(null)
  const list = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    if (chosen) asking.current?.showModal()
  }, [chosen])

  const tell = async (asked: Promise<unknown>, text: string) => {
    asking.current?.close()
    // The button that led here may be gone with the message.
    list.current?.focus()
    try {
      await asked
      setSaid(text)
    } catch (error) {
      setSaid(`${says.notDone} ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const remove = ({ id }: SaidMessage) => tell(request('redact', { id }), says.removedOne)
  const mute = (user: string, name: string) => {
    const untilMs = Date.now() + muteMs
    return tell(request('mute', { user, untilMs }), says.mutedOne(name, clockTime(untilMs, language)))
  }

  return (
    <>
      <span role="status">{said}</span>
      <Link
        ref={list}
        className={button.quiet}
        href={`/${language}/club/${encodeURIComponent(id)}/moderation`}
        prefetch={false}
      >
        {says.desk}
      </Link>
      <dialog ref={asking} className={styles.dialog} aria-labelledby="chosen" onClose={done}>
        {chosen && (
          <>
            <h2 id="chosen">{says.messageOf(chosen.name)}</h2>
            <p className={styles.quoted}>{chosen.text}</p>
            <div className={styles.ways}>
              <button type="button" className={button.quiet} onClick={() => remove(chosen)}>
                {says.remove}
              </button>
              {chosen.by !== undefined && chosen.by !== own && (
                <button
                  type="button"
                  className={button.quiet}
                  onClick={() => chosen.by && mute(chosen.by, chosen.name)}
                >
                  {says.mute}
                </button>
              )}
              <button type="button" className={button.quiet} onClick={() => asking.current?.close()}>
                {says.cancel}
              </button>
            </div>
          </>
        )}
      </dialog>
    </>
  )
}
