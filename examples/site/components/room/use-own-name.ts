'use client'

import { useEffect, useState } from 'react'

/** Who this browser is to the others, as the hub says once the room is live; it changes only with the browser. */
export function useOwnName(
  isLive: boolean,
  ask: (type: 'me', input: Record<string, never>) => Promise<{ readonly by?: string | undefined }>,
): string | undefined {
  const [own, setOwn] = useState<string>()
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
