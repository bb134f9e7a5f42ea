'use client'

import { BaroProvider } from '@baro/react'
import type { ReactNode } from 'react'
import { visitorSecret } from './visitor-secret.ts'

const options = { token: visitorSecret }

/** The connection of all pages: it tells the hub which browser this is, so that two guests are two speakers. */
export function LiveProvider({ children }: { children: ReactNode }) {
  return <BaroProvider options={options}>{children}</BaroProvider>
}
