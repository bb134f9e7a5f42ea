'use client'

import { type Client, type ClientOptions, createClient } from '@baro/client'
import { type ReactNode, useState } from 'react'
import { ClientContext } from './client-context.ts'

/** What the provider takes: a client, or the options to make one with. */
export interface BaroProviderProps {
  /** A client made elsewhere, for example in a test. */
  readonly client?: Client
  /** Options of the client to make otherwise; later changes are ignored. */
  readonly options?: ClientOptions
  readonly children: ReactNode
}

/**
 * Gives the components below it one client. Without a provider they share a default one for the page, at `/baro` of its
 * own origin.
 *
 * @example
 * ```tsx
 * <BaroProvider options={{ url: 'https://live.shop.example/baro' }}>{children}</BaroProvider>
 * ```
 */
export function BaroProvider({ client, options, children }: BaroProviderProps): ReactNode {
  // A client opens nothing until something is subscribed to, so one made on the server costs nothing.
  const [own] = useState(() => client ?? createClient(options))
  return <ClientContext value={client ?? own}>{children}</ClientContext>
}
