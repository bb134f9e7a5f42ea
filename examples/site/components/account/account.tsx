'use client'

import type { Language } from '../../i18n/languages.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './account.module.css'
import { useMemberName } from './member-name.ts'
import { SignInForm } from './sign-in-form.tsx'
import { SignOutButton } from './sign-out-button.tsx'

/** Where one signs in and out. The page is one for everybody, so what it says of its visitor is the script's. */
export function Account({ language }: { language: Language }) {
  const { account } = useWords('account')
  const name = useMemberName()
  return (
    <section className={styles.account} aria-labelledby="account">
      <h1 id="account">
        {name == null ? (
          account.title
        ) : (
          <>
            {account.signedInAs} <bdi>{name}</bdi>
          </>
        )}
      </h1>
      {name == null ? (
        <>
          <p>{account.lead}</p>
          <SignInForm language={language} />
        </>
      ) : (
        <>
          <p>{account.refresh}</p>
          <p className={styles.ways}>
            <IntentLink href={`/${language}/club/1`}>{account.toClub}</IntentLink>
            <IntentLink href={`/${language}/how`}>{account.how}</IntentLink>
          </p>
          <SignOutButton language={language} />
        </>
      )}
    </section>
  )
}
