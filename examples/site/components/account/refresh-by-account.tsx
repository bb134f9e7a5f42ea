'use client'

import { useRouter } from 'next/navigation'
import { useAccountChange } from './use-account-change.ts'

/** Asks the server for what somebody may see who has just signed in or out. The App Router alone has an answer to that. */
export function RefreshByAccount() {
  const { refresh } = useRouter()
  useAccountChange(refresh)
  return null
}
