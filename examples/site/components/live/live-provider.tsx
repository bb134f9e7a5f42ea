'use client'

import { createClient } from '@baro/client'
import { createUsualTransport } from '@baro/client/transports'
import { BaroProvider } from '@baro/react'
import { type ReactNode, useState } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { FollowAccount } from '../account/follow-account.tsx'
import { currentToken } from '../account/token.ts'
import { ConnectionBar } from './connection-bar.tsx'
import { Drawer } from './drawer.tsx'
import { watchClient } from './watch-client.ts'

/**
 * The connection of all pages: it tells the hub who is signed in, or which browser this is: two guests are two speakers. Below the
 * page a drawer shows what passes, and a bar what is wrong with it.
 */
export function LiveProvider({ language, children }: { language: Language; children: ReactNode }) {
  // On a server nothing is live.
  const [watching] = useState(() =>
    'window' in globalThis
      ? watchClient(createUsualTransport({}), (transport) => createClient({ token: currentToken, transport }))
      : undefined,
  )
  return (
    <BaroProvider client={watching?.client}>
      {children}
      <FollowAccount />
      <ConnectionBar />
      <Drawer language={language} watching={watching} />
    </BaroProvider>
  )
}
