'use client'

import { idleStatus, type Status } from '@baro/client'
import { useCallback, useSyncExternalStore } from 'react'
import { useClient } from './client-context.ts'

/** The connection, for a line such as "back in 3 seconds" and its button. */
export interface ConnectionState {
  readonly status: Status
  /** Connects anew, now. */
  reconnect(): void
}

/** How the connection is doing. */
export function useConnection(): ConnectionState {
  const client = useClient()
  const subscribe = useCallback((changed: () => void) => client?.onStatus(changed) ?? (() => {}), [client])
  const status = useSyncExternalStore(
    subscribe,
    () => client?.status ?? idleStatus,
    () => idleStatus,
  )
  const reconnect = useCallback(() => client?.reconnect(), [client])
  return { status, reconnect }
}
