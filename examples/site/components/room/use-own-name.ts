'use client'

import { useEffect, useState } from 'react'
import { useMemberName } from '../account/member-name.ts'

/** Who this browser is to the others, as the hub says once the room is live. Who signs in or out is somebody else. */
export function useOwnName(
  isLive: boolean,
  ask: (type: 'me', input: Record<string, never>) => Promise<{ readonly by?: string | undefined }>,
): string | undefined {
  const name = useMemberName()
  const [own, setOwn] = useState<string>()
  const [ownFor, setOwnFor] = useState(name)
  // The first answer to who is signed in is no change.
  if (name !== ownFor) {
    setOwnFor(name)
    if (ownFor !== undefined) setOwn(undefined)
  }
  useEffect(() => {
    if (!isLive || own !== undefined) return
    let isGone = false
    ask('me', {}).then(
      ({ by }) => isGone || setOwn(by),
      // It is asked again with the next connection.
      () => {},
    )
    return () => {
      isGone = true
    }
  }, [isLive, own, ask])
  return own
}
