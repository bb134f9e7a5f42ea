'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { lazy, Suspense, useState } from 'react'
import { club } from '../../channels/club.ts'
import type { Language } from '../../i18n/languages.ts'
import { useMemberName } from '../account/member-name.ts'
import { TokenLine } from '../account/token-line.tsx'
import { Proof } from '../live/proof.tsx'
import { Composer } from '../room/composer.tsx'
import { MessageList } from '../room/message-list.tsx'
import styles from '../room/room.module.css'
import { speakerName } from '../room/speaker.ts'
import { useOwnName } from '../room/use-own-name.ts'
import { useTyping } from '../room/use-typing.ts'
import { useWords } from '../words/words-provider.tsx'
import clubStyles from './club.module.css'
import type { SaidMessage } from './desk.tsx'
import { MembersOnly } from './members-only.tsx'

/** Most members own no room, and load nothing of it. */
const Desk = lazy(() => import('./desk.tsx'))

/** A room for members, or the sentence that it is one. */
export function Club({
  language,
  id,
  initial,
}: {
  language: Language
  id: string
  /** Left out of the page of whoever is no member. */
  initial?: SnapshotOf<typeof club>
}) {
  const name = useMemberName()
  // Who has signed out, in whatever tab, is shown nothing of it any more.
  if (!initial || name === null) return <MembersOnly language={language} id={id} />
  return <ClubRoom language={language} id={id} initial={initial} name={name} />
}

function ClubRoom({
  language,
  id,
  initial,
  name = '',
}: {
  language: Language
  id: string
  initial: SnapshotOf<typeof club>
  name: string | undefined
}) {
  const { room: says, club: saysClub } = useWords('room', 'club')
  const { state, pending, publish, request, signal, onSignal, status, handOver } = useChannel(club, initial)
  const { owner, messages } = state
  const [chosen, setChosen] = useState<SaidMessage>()
  const own = useOwnName(status.state === 'live', request)
  const typing = useTyping(own, onSignal)
  const isOwner = own !== undefined && owner?.by === own
  // The hub has said so, while the cookie says something else.
  if (status.state === 'refused') return <MembersOnly language={language} id={id} />

  return (
    <section className={styles.room} aria-labelledby="room">
      <h1 id="room">{saysClub.title(id)}</h1>
      <div className={clubStyles.owner}>
        <p>{isOwner ? saysClub.yours : saysClub.owner}</p>
        {isOwner && (
          <Suspense>
            <Desk language={language} id={id} own={own} chosen={chosen} done={() => setChosen(undefined)} />
          </Suspense>
        )}
      </div>
      <MessageList
        language={language}
        messages={messages}
        pending={pending}
        own={own}
        empty={says.empty}
        removed={saysClub.removed}
        tools={(message) =>
          isOwner &&
          'text' in message && (
            <button
              type="button"
              aria-haspopup="dialog"
              aria-label={saysClub.messageOf(speakerName(message, says))}
              onClick={() => setChosen({ ...message, name: speakerName(message, says) })}
            >
              ⋯
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
        action={`/${language}/club/${encodeURIComponent(id)}/messages`}
        send={{ text: (_, text) => publish('message', { name, text }) }}
        typing={() => signal('typing', { name })}
      />
      <Proof initial={initial} status={status} handOver={handOver} />
      <TokenLine />
    </section>
  )
}
