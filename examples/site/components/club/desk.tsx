'use client'

import { type Audit, type AuditAction, audit, auditChannel } from '@baro/core'
import { useChannel } from '@baro/react'
import { useEffect, useRef, useState } from 'react'
import { type ClubMessage, club } from '../../channels/club.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import button from '../frame/button.module.css'
import { LocalTime } from '../live/local-time.tsx'
import { clockTime } from '../room/refusal.ts'
import styles from './club.module.css'

/** A message that the owner has not removed. */
export type SaidMessage = Exclude<ClubMessage, { readonly removed: true }>

const muteMs = 10 * 60_000

/** What only the owner of a room has: what to do with a message, and what was done. It follows the audit channel of the room. */
export default function Desk({
  language,
  id,
  own,
  messages,
  chosen,
  done,
}: {
  language: Language
  id: string
  own: string
  messages: readonly ClubMessage[]
  /** The message to do something with. */
  chosen: SaidMessage | undefined
  /** Nothing is to be done with it any more. */
  done: () => void
}) {
  const { club: says, room } = wordsIn(language)
  const { state, request } = useChannel(auditChannel, audit(club({ id })))
  const [said, setSaid] = useState('')
  const asking = useRef<HTMLDialogElement>(null)
  const list = useRef<HTMLDialogElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (chosen) asking.current?.showModal()
  }, [chosen])

  const nameOf = (user: string) => {
    const of = messages.find((message): message is SaidMessage => 'by' in message && message.by === user)
    return of?.name ?? `${room.guest} ${user.slice(0, 4)}`
  }
  const tell = async (asked: Promise<unknown>, text: string) => {
    asking.current?.close()
    // The button that led here may be gone with the message.
    opener.current?.focus()
    try {
      await asked
      setSaid(text)
    } catch (error) {
      setSaid(`${says.notDone} ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const remove = ({ id }: SaidMessage) => tell(request('redact', { id }), says.removedOne)
  const mute = (user: string, untilMs: number) =>
    tell(
      request('mute', { user, untilMs }),
      untilMs > 0 ? says.mutedOne(nameOf(user), clockTime(untilMs, language)) : says.unmutedOne(nameOf(user)),
    )
  const told = (action: AuditAction) => {
    // Nobody mutes guests here: only members write.
    if (action.type === 'redact' || action.user === undefined) return says.removedOne
    return action.untilMs > action.time
      ? says.mutedOne(nameOf(action.user), clockTime(action.untilMs, language))
      : says.unmutedOne(nameOf(action.user))
  }
  // A mute that is over by itself refuses nothing, and is listed until the next one.
  const { actions, muted }: Audit = state

  return (
    <>
      <span role="status">{said}</span>
      <button type="button" className={button.quiet} ref={opener} onClick={() => list.current?.showModal()}>
        {says.desk}
      </button>
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
                  onClick={() => chosen.by && mute(chosen.by, Date.now() + muteMs)}
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
      <dialog ref={list} className={styles.dialog} aria-labelledby="desk">
        <h2 id="desk">{says.desk}</h2>
        {actions.length === 0 && <p>{says.nothingDone}</p>}
        <ol className={styles.actions}>
          {actions.slice(-20).map((action, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an action has no name of its own, and its line no state.
            <li key={index}>
              <LocalTime language={language} time={action.time} format="minute" /> {told(action)}
            </li>
          ))}
        </ol>
        <div className={styles.ways}>
          {muted.map(
            ({ user }) =>
              user !== undefined && (
                <button key={user} type="button" className={button.quiet} onClick={() => mute(user, 0)}>
                  {says.unmute(nameOf(user))}
                </button>
              ),
          )}
          <button type="button" className={button.quiet} onClick={() => list.current?.close()}>
            {says.close}
          </button>
        </div>
      </dialog>
    </>
  )
}
