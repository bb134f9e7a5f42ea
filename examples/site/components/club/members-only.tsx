'use client'

import Link from 'next/link'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { SignInForm } from '../account/sign-in-form.tsx'
import styles from './club.module.css'

/** What whoever is no member sees of a room for members: that it is one. */
export function MembersOnly({ language, id }: { language: Language; id: string }) {
  const { club, account } = wordsIn(language)
  return (
    <section className={styles.door} aria-labelledby="room">
      <h1 id="room">{club.title(id)}</h1>
      <p>{club.membersOnly}</p>
      <SignInForm language={language} />
      <p>
        <Link href={`/${language}/how`}>{account.how}</Link>
      </p>
    </section>
  )
}
