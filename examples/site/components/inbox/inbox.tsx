'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel, useMembers } from '@baro/react'
import { inbox, type post, unreadOf } from '../../channels/inbox.ts'
import type { Language } from '../../i18n/languages.ts'
import { useMemberName } from '../account/member-name.ts'
import { SignInForm } from '../account/sign-in-form.tsx'
import button from '../frame/button.module.css'
import { LocalTime } from '../live/local-time.tsx'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './inbox.module.css'
import { PushButton } from './push-button.tsx'
import { SendForm } from './send-form.tsx'
import { useBadge } from './use-badge.ts'

/** What the server gives the page of a member. */
export interface OwnInbox {
  /** The id of the member. */
  readonly own: string
  readonly initial: SnapshotOf<typeof inbox>
  readonly people: SnapshotOf<typeof post>
  /** The public key of the site, for Web Push. */
  readonly serverKey: string
}

/** An inbox, or the way to get one. */
export function Inbox({ language, given }: { language: Language; given?: OwnInbox | undefined }) {
  const { inbox: says } = useWords('inbox')
  const name = useMemberName()
  // Who has signed out, in whatever tab, is shown nothing of it any more.
  if (given && name !== null) return <Notes key={given.own} language={language} {...given} />
  return (
    <section className={styles.inbox} aria-labelledby="inbox">
      <h1 id="inbox">{says.title}</h1>
      <p className={styles.lead}>{says.membersOnly}</p>
      <SignInForm language={language} />
    </section>
  )
}

const here = {}

function Notes({ language, own, initial, people, serverKey }: OwnInbox & { language: Language }) {
  const { inbox: says } = useWords('inbox')
  const { state, publish, request, status, handOver } = useChannel(inbox, initial)
  // Whoever looks at this page needs no push.
  useMembers(inbox, initial, here)
  const unread = unreadOf(state)
  useBadge(unread)
  const newest = state.notes[0]
  return (
    <section className={styles.inbox} aria-labelledby="inbox">
      <h1 id="inbox">{says.title}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <SendForm own={own} people={people} />
      <PushButton
        language={language}
        serverKey={serverKey}
        turnOn={(subscription) => request('pushOn', subscription)}
        turnOff={(subscription) => request('pushOff', subscription)}
      />
      <div className={styles.bar}>
        <p role="status" data-unread={unread}>
          {says.unread(unread)}
        </p>
        <button
          type="button"
          className={button.quiet}
          disabled={unread === 0}
          onClick={() => newest && publish('read', { to: newest.offset }).catch(() => {})}
        >
          {says.markRead}
        </button>
      </div>
      <Proof initial={initial} status={status} handOver={handOver} />
      <noscript>{says.noScript}</noscript>
      {/* Below all that must not move. */}
      <ol className={styles.notes} aria-label={says.title}>
        {state.notes.length === 0 && <li className={styles.none}>{says.none}</li>}
        {state.notes.map(({ id, offset, time, from, text }) => (
          <li key={id} data-note={id} data-new={offset > state.readTo || undefined}>
            <b>
              <bdi>{from}</bdi>
            </b>
            <span className={styles.when}>
              {offset > state.readTo && <i>{says.isNew}</i>}{' '}
              <LocalTime language={language} time={time} format="minute" />
            </span>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </section>
  )
}
