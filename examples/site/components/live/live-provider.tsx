'use client'

import { BaroProvider } from '@baro/react'
import type { ReactNode } from 'react'
import { currentToken } from '../account/token.ts'

const options = { token: currentToken }

/** The connection of all pages: it tells the hub who is signed in, or which browser this is: two guests are two speakers. */
export function LiveProvider({ children }: { children: ReactNode }) {
  return <BaroProvider options={options}>{children}</BaroProvider>
}
