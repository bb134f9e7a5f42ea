'use client'

import type { Client, LadderClientOptions } from '@baro/client'
import { type ReactNode, useMemo, useState } from 'react'
import { ClientContext, lazyClient } from './client-context.ts'

/** What `BaroProvider` takes. */
export interface BaroProviderProps {
  /** The client to use below. Default: one that the provider makes in the browser. */
  readonly client?: Client | undefined
  /** For the client that the provider makes; read once. */
  readonly options?: LadderClientOptions | undefined
  readonly children?: ReactNode
}

/**
 * Gives the tree below a client of its own. It is needed only where the default (`/baro` on the page's own origin, no
 * token) does not fit.
 *
 * @example
 * ```tsx
 * <BaroProvider options={{ url: 'https://live.shop.example/baro', token: () => session.token }}>
 *   <Room initial={initial} />
 * </BaroProvider>
 * ```
 */
export function BaroProvider({ client, options, children }: BaroProviderProps): ReactNode {
  const [own] = useState(() => lazyClient(options))
  const source = useMemo(() => (client ? () => client : own), [client, own])
  return <ClientContext.Provider value={source}>{children}</ClientContext.Provider>
}
