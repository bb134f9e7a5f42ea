'use client'

import type { MembersTypes, Snapshot, SnapshotOf, TypesOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { room } from '../../channels/room.ts'
import type { Language } from '../../i18n/languages.ts'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import { Composer } from './composer.tsx'
import { EmptyRoom } from './empty-room.tsx'
import { MessageList } from './message-list.tsx'
import styles from './room.module.css'
import { speakerName } from './speaker.ts'
import { useNickname } from './use-nickname.ts'
import { useOwnName } from './use-own-name.ts'
import { useTyping } from './use-typing.ts'
import { WhoIsHere } from './who-is-here.tsx'

/** A chat room: the messages of the cached page, what followed them, and what is being said now. */
export function Room({
  language,
  id,
  initial,
  initialMembers,
  renderedAtMs,
}: {
  language: Language
  id: string
  initial: SnapshotOf<typeof room>
  /** Who was here when the page was rendered. */
  initialMembers: Snapshot<MembersTypes<TypesOf<typeof room>>>
  /** In milliseconds since 1970. */
  renderedAtMs: number
}) {
  const { room: says } = useWords('room')
  const { state: messages, pending, publish, request, signal, onSignal, status, handOver } = useChannel(room, initial)
  const own = useOwnName(status.state === 'live', request)
  const typing = useTyping(own, onSignal)
  const nickname = useNickname()

  return (
    <section className={styles.room} aria-labelledby="room">
      <WhoIsHere
        language={language}
        title={says.title(id)}
        initial={initialMembers}
        nickname={nickname.text}
        own={own}
        typing={typing}
        renderedAtMs={renderedAtMs}
      />
      <MessageList
        language={language}
        messages={messages}
        pending={pending}
        own={own}
        empty={<EmptyRoom language={language} handOver={handOver} renderedAtMs={renderedAtMs} />}
        removed={says.removed}
        tools={(message) =>
          own !== undefined &&
          message.by === own && (
            // What could not be removed is still there, and can be tried again.
            <button
              type="button"
              aria-label={says.remove}
              onClick={() => request('remove', { id: message.id }).catch(() => {})}
            >
              ✕
            </button>
          )
        }
      />
      <p className={styles.typing} aria-hidden="true">
        {typing.length > 0 &&
          says.typing(typing.length, typing.map((speaker) => speakerName(speaker, says)).join(', '))}
      </p>
      <Composer
        language={language}
        nickname={nickname}
        action={`/${language}/rooms/${encodeURIComponent(id)}/messages`}
        send={{
          text: (name, text) => publish('message', { ...name, text }),
          picture: (name, picture) => publish('picture', { ...name, picture }),
          voice: (name, voice) => publish('voice', { ...name, voice }),
        }}
        typing={(name) => signal('typing', name)}
      />
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
