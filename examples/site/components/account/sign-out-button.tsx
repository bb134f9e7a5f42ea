'use client'

import type { Language } from '../../i18n/languages.ts'
import button from '../frame/button.module.css'
import { stopPush } from '../inbox/push.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './account.module.css'
import { accountChanged } from './member-name.ts'
import { post } from './post.ts'

/** Signs out, without a reload. */
export function SignOutButton({ language }: { language: Language }) {
  const { account } = useWords('account')
  const signOut = async () => {
    // Whoever comes next to this browser is somebody else.
    await stopPush().catch(() => {})
    if (await post(`/${language}/session/end`)) accountChanged()
  }
  return (
    <button type="button" className={`${button.quiet} ${styles.signOut}`} onClick={signOut}>
      {account.signOut}
    </button>
  )
}
