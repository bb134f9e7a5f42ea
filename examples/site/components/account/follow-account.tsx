'use client'

import { useConnection } from '@baro/react'
import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { useMemberName } from './member-name.ts'

/** Connects anew when somebody has signed in or out, in whatever tab, and asks the server for what they may see now. */
export function FollowAccount() {
  const { reconnect } = useConnection()
  const router = useRouter()
  const name = useMemberName()
  const known = useRef(name)
  useEffect(() => {
    const before = known.current
    known.current = name
    if (before === undefined || before === name) return
    reconnect()
    router.refresh()
  }, [name, reconnect, router])
  return null
}
