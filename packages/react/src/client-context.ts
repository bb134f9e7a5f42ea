'use client'

import { type Client, createClient, type LadderClientOptions } from '@baro/client'
import { type Context, createContext, useContext } from 'react'

/** Gives the client of a tree; on a server there is none, since nothing is live there. */
export type ClientSource = () => Client | undefined

/** A source that makes its client when a browser first asks for it. */
export function lazyClient(options?: LadderClientOptions): ClientSource {
  let client: Client | undefined
  return () => {
    if ('window' in globalThis) client ??= createClient(options)
    return client
  }
}

/**
 * The client of the tree. Without a provider it is one for the page: roots, islands and modules that know nothing of
 * each other share one connection, which is the point of it.
 */
export const ClientContext: Context<ClientSource> = createContext(lazyClient())

/** The client of this part of the tree. */
export function useClient(): Client | undefined {
  return useContext(ClientContext)()
}
