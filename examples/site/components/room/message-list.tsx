'use client'

import { Fragment, type ReactNode, useEffect, useEffectEvent, useRef } from 'react'
import type { Message } from '../../channels/room.ts'
import type { Language } from '../../i18n/languages.ts'
import { LocalTime } from '../live/local-time.tsx'
import { useWords } from '../words/words-provider.tsx'
import { SentPicture, SentVoice } from './attachment.tsx'
import { linkParts } from './link-parts.ts'
import styles from './room.module.css'
import { isSameSpeaker, speakerName } from './speaker.ts'
import { useUnread } from './use-unread.ts'

/** The messages, the newest at the bottom; the box stays scrolled to it unless the reader scrolled up. */
export function MessageList({
  language,
  messages,
  pending,
  own,
  empty,
  removed,
  tools,
}: {
  language: Language
  messages: readonly Message[]
  /** Ids of messages that the server has not confirmed yet. */
  pending: readonly string[]
  /** Who the reader is to the others; `undefined` as long as that is not known. */
  own: string | undefined
  /** What stands there when there are none. */
  empty: ReactNode
  /** What stands where a message was removed. */
  removed: string
  /** What can be done with a message. Their place is kept while there is nothing. */
  tools?: (message: Message) => ReactNode
}) {
  const { room } = useWords('room')
  const box = useRef<HTMLDivElement>(null)
  // What the server has not confirmed was written here.
  const spoken = messages.map((message) => (pending.includes(message.id) ? { ...message, by: own } : message))
  const { unread, firstNew, look, toEnd } = useUnread(
    box,
    messages.map(({ id }) => id),
  )
  const newestPending = pending.at(-1)
  const showOwn = useEffectEvent(toEnd)
  useEffect(() => {
    if (newestPending !== undefined) showOwn()
  }, [newestPending])

  return (
    <div className={styles.log} data-tools={tools !== undefined || undefined}>
      {/* Scrollable with the keyboard too, hence the tab stop. */}
      <div
        className={styles.scroll}
        role="log"
        aria-label={room.messages}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: as above.
        tabIndex={0}
        ref={box}
        onScroll={look}
      >
        <ol className={styles.messages}>
          {messages.length === 0 && <li className={styles.empty}>{empty}</li>}
          {spoken.map((message, index) => {
            const isPending = pending.includes(message.id)
            const isOwn = isPending || (own !== undefined && message.by === own)
            const isFirstNew = message.id === firstNew
            const isRemoved = 'removed' in message
            return (
              <Fragment key={message.id}>
                {isFirstNew && <li className={styles.line}>{room.newMessages}</li>}
                <li
                  data-id={message.id}
                  data-pending={isPending || undefined}
                  data-own={isOwn || undefined}
                  data-follows={(!isFirstNew && isSameSpeaker(spoken[index - 1], message)) || undefined}
                >
                  <b>
                    {!isRemoved && speakerName(message, room)}
                    {isOwn && <small> ({room.you})</small>}
                  </b>
                  <span className={styles.said}>
                    {isRemoved ? <i className={styles.removed}>{removed}</i> : <Said message={message} />}
                  </span>
                  <LocalTime language={language} time={message.time} format="minute" />
                  {tools && !isPending && !isRemoved && tools(message)}
                  {isPending && <span className="visually-hidden">{room.sending}</span>}
                </li>
              </Fragment>
            )
          })}
        </ol>
      </div>
      {unread > 0 && (
        <button type="button" className={styles.unread} onClick={toEnd}>
          {room.unread(unread)} <span aria-hidden="true">↓</span>
        </button>
      )}
    </div>
  )
}

/** What a message says: a text, a picture or a voice, or that the latter is gone. */
function Said({ message }: { message: Exclude<Message, { readonly removed: true }> }) {
  const { room } = useWords('room')
  if ('text' in message) return <Text text={message.text} />
  const name = speakerName(message, room)
  if ('picture' in message)
    return message.picture ? <SentPicture name={name} picture={message.picture} /> : <i>{room.pictureGone}</i>
  return message.voice ? <SentVoice name={name} voice={message.voice} /> : <i>{room.voiceGone}</i>
}

/** A text, in which addresses are links. Strangers write them, so they lead out without a word about where from. */
function Text({ text }: { text: string }) {
  return linkParts(text).map(({ text, href }, index) =>
    href === undefined ? (
      text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move.
      <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
        {text}
      </a>
    ),
  )
}
