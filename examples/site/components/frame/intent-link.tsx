'use client'

import Link from 'next/link'
import { type ComponentProps, useState } from 'react'

/**
 * A link whose page is fetched as soon as somebody points at it, or comes to it by the keyboard. Next fetches the pages of all links
 * that are to be seen: beside each demo those of all others, with their scripts.
 */
export function IntentLink(props: Omit<ComponentProps<typeof Link>, 'prefetch'>) {
  const [isMeant, setIsMeant] = useState(false)
  const mean = () => setIsMeant(true)
  return <Link {...props} prefetch={isMeant ? 'auto' : false} onPointerEnter={mean} onFocus={mean} />
}
