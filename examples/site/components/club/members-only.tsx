'use client'

import type { Language } from '../../i18n/languages.ts'
import { SignInForm } from '../account/sign-in-form.tsx'
import { IntentLink } from '../frame/intent-link.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './club.module.css'

/** What whoever is no member sees of a room for members: that it is one. */
export function MembersOnly({ language, id }: { language: Language; id: string }) {
  const { club, account } = useWords('club', 'account')
  return (
    <section className={styles.door} aria-labelledby="room">
      <h1 id="room">{club.title(id)}</h1>
      <p>{club.membersOnly}</p>
      <SignInForm language={language} />
      <p>
        <IntentLink href={`/${language}/how`}>{account.how}</IntentLink>
      </p>
    </section>
  )
}
