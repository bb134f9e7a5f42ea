'use client'

import { idleStatus, type Status } from '@baro/client'
import { useCallback, useSyncExternalStore } from 'react'
import { useClient } from './client-context.ts'

/** The connection that all channels of this part of the tree share. */
export interface LiveConnection {
  readonly status: Status
  /** Connects anew, now, and forgets failures; the way out of `gave-up`, and not to wait any longer. */
  readonly reconnect: () => void
}

/**
 * How the connection is doing. On a server, and while a browser takes the page over, it is `idle`.
 *
 * @example
 * ```tsx
 * const { status, reconnect } = useConnection()
 * if (status.reason === 'offline') return <p>Your device is offline.</p>
 * return status.state === 'waiting' && <button onClick={reconnect}>Try now</button>
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
