'use client'

import Link from 'next/link'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './account.module.css'
import { useMemberName } from './member-name.ts'

/** Who is signed in, in the head of each page, and the way to sign in or out. */
export function AccountLink({ language, isCurrent }: { language: Language; isCurrent: boolean }) {
  const { account } = wordsIn(language)
  const name = useMemberName()
  return (
    <Link className={styles.link} href={`/${language}/sign-in`} aria-current={isCurrent ? 'page' : undefined}>
      {name == null ? (
        account.signIn
      ) : (
        <>
          <span className="visually-hidden">{account.signedInAs} </span>
          <bdi>{name}</bdi>
        </>
      )}
    </Link>
  )
}
