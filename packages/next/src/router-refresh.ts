'use client'

import { Refresh, type RenderedAt } from '@baro/react'
import { useRouter } from 'next/navigation.js'
import { createElement, type ReactElement } from 'react'

/** The browser's part of `Refresh`. */
export function RouterRefresh({ on }: { readonly on: readonly RenderedAt[] }): ReactElement {
  const router = useRouter()
  return createElement(Refresh, { on, refresh: () => router.refresh() })
}
