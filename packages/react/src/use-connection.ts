'use client'

import { idleStatus, type Status } from '@baro/client'
import { useCallback, useSyncExternalStore } from 'react'
import { useClient } from './client-context.ts'

/** The connection that all channels of this part of the tree share. */
export interface LiveConnection {
  readonly status: Status
  /** Connects anew, now, and forgets failures; the way out of `gave-up`. */
  readonly reconnect: () => void
}

/**
 * How the connection is doing. On a server, and while a browser takes the page over, it is `idle`.
 *
 * @example
 * ```tsx
 * const { status, reconnect } = useConnection()
 * return status.state === 'gave-up' && <button onClick={reconnect}>Try again</button>
 * ```
 */
export function useConnection(): LiveConnection {
  const client = useClient()
  const listen = useCallback((changed: () => void) => client?.onStatus(changed) ?? (() => {}), [client])
  const status = useSyncExternalStore(
    listen,
    () => client?.status ?? idleStatus,
    () => idleStatus,
  )
  const reconnect = useCallback(() => client?.reconnect(), [client])
  return { status, reconnect }
}
