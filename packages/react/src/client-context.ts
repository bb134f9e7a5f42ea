'use client'

import { type Client, createClient } from '@baro/client'
import { createContext, useContext } from 'react'

/** The client of the components below a provider. */
export const ClientContext: React.Context<Client | undefined> = createContext<Client | undefined>(undefined)

// One for the page, so that components without a provider share one connection; made at the first use in a browser.
let ofThePage: Client | undefined

/** The provider's client, or the page's own; `undefined` on the server, where there is nothing to connect. */
export function useClient(): Client | undefined {
  const provided = useContext(ClientContext)
  if (provided || typeof document === 'undefined') return provided
  ofThePage ??= createClient()
  return ofThePage
}
