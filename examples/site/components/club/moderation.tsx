'use client'

import { type Audit, type AuditAction, type AuditTypes, auditChannel, type Snapshot, type SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { useState } from 'react'
import { club } from '../../channels/club.ts'
import type { Language } from '../../i18n/languages.ts'
import { useMemberName } from '../account/member-name.ts'
import button from '../frame/button.module.css'
import { IntentLink } from '../frame/intent-link.tsx'
import { LocalTime } from '../live/local-time.tsx'
import { Proof } from '../live/proof.tsx'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { clockTime } from '../room/refusal.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './club.module.css'
import { MembersOnly } from './members-only.tsx'
import { nameInRoom } from './name-in-room.ts'

/** What only the owner of a room for members is given. */
export interface OwnersView {
  readonly room: SnapshotOf<typeof club>
  readonly initial: Snapshot<AuditTypes>
}

/** What was done in a room for members, and who is muted there; for anybody but its owner, the sentence that it is not for them. */
export function Moderation({
  language,
  id,
  isMember,
  given,
}: {
  language: Language
  id: string
  isMember: boolean
  given: OwnersView | undefined
}) {
  const name = useMemberName()
  // Who has signed out, in whatever tab, is shown nothing of it any more.
  if (!isMember || name === null) return <MembersOnly language={language} id={id} />
  return given ? <Done language={language} id={id} {...given} /> : <OwnerOnly language={language} id={id} />
}

function Done({ language, id, room, initial }: OwnersView & { language: Language; id: string }) {
  const { club: says, room: saysRoom } = useWords('club', 'room')
  const { state, request, status, handOver } = useChannel(auditChannel, initial)
  const { messages } = useChannel(club, room).state
  const [problem, setProblem] = useState('')
  const isHydrated = useIsHydrated()
  // The hub has said so: the week of the owner is over.
  if (status.state === 'refused') return <OwnerOnly language={language} id={id} />

  const nameOf = (user: string) => nameInRoom(messages, user, saysRoom)
  const told = (action: AuditAction) => {
    // Nobody mutes guests here: only members write.
    if (action.type === 'redact' || action.user === undefined) return says.removedOne
    if (action.untilMs <= action.time) return says.unmutedOne(nameOf(action.user))
    return says.mutedOne(nameOf(action.user), clockTime(action.untilMs, language, isHydrated ? undefined : 'UTC'))
  }
  const unmute = (user: string) => {
    setProblem('')
    request('mute', { user, untilMs: 0 }).catch((error: Error) => setProblem(`${says.notDone} ${error.message}`))
  }
  // A mute that is over by itself refuses nothing, and is listed until the next one.
  const { actions, muted }: Audit = state
  return (
    <section className={styles.moderation} aria-labelledby="moderation">
      <h1 id="moderation">{says.moderationOf(says.title(id))}</h1>
      <p>
        <ToRoom language={language} id={id} />
      </p>
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
      <Proof initial={initial} status={status} handOver={handOver} />
      <noscript>{says.noScript}</noscript>
      {/* Below all that must not move. */}
      {muted.length > 0 && (
        <ul className={styles.muted}>
          {muted.map(
            ({ user, untilMs }) =>
              user !== undefined && (
                <li key={user}>
                  {says.mutedOne(nameOf(user), clockTime(untilMs, language, isHydrated ? undefined : 'UTC'))}
                  <button type="button" className={button.quiet} onClick={() => unmute(user)}>
                    {says.unmute(nameOf(user))}
                  </button>
                </li>
              ),
          )}
        </ul>
      )}
      <h2 id="actions">{says.actions}</h2>
      {actions.length === 0 && <p className={styles.none}>{says.nothingDone}</p>}
      <ol className={styles.actions} aria-labelledby="actions">
        {actions.toReversed().map((action, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an action has no name of its own, and its line no state.
          <li key={index}>
            <LocalTime language={language} time={action.time} format="day" /> {told(action)}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** What a member sees who does not own the room. */
function OwnerOnly({ language, id }: { language: Language; id: string }) {
  const { club: says } = useWords('club')
  return (
    <section className={styles.door} aria-labelledby="moderation">
      <h1 id="moderation">{says.moderationOf(says.title(id))}</h1>
      <p>{says.ownerOnly}</p>
      <p>
        <ToRoom language={language} id={id} />
      </p>
    </section>
  )
}

function ToRoom({ language, id }: { language: Language; id: string }) {
  return <IntentLink href={`/${language}/club/${encodeURIComponent(id)}`}>{useWords('club').club.toRoom}</IntentLink>
}
