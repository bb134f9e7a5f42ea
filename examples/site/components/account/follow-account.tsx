'use client'

import { useConnection } from '@baro/react'
import { useAccountChange } from './use-account-change.ts'

/** Connects anew when somebody has signed in or out. */
export function FollowAccount() {
  const { reconnect } = useConnection()
  useAccountChange(reconnect)
  return null
}
