'use client'

import type { Language } from '../../i18n/languages.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './account.module.css'
import { useMemberName } from './member-name.ts'

/** Who is signed in, in the head of each page, and the way to sign in or out. */
export function AccountLink({ language, isCurrent }: { language: Language; isCurrent: boolean }) {
  const { account } = useWords('account')
  const name = useMemberName()
  return (
    <IntentLink className={styles.link} href={`/${language}/sign-in`} aria-current={isCurrent ? 'page' : undefined}>
      {name == null ? (
        account.signIn
      ) : (
        <>
          <span className="visually-hidden">{account.signedInAs} </span>
          <bdi>{name}</bdi>
        </>
      )}
    </IntentLink>
  )
}
