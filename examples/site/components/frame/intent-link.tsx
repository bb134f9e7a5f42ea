'use client'

import { useRouter } from 'next/compat/router'
import Link, { type LinkProps } from 'next/link'
import { type ComponentProps, useState } from 'react'

/**
 * A link whose page is fetched as soon as somebody points at it, or comes to it by the keyboard. Next fetches the pages of all links
 * that are to be seen: beside each demo those of all others, with their scripts.
 *
 * From a page of the Pages Router all others are of another router: to it they are documents.
 */
export function IntentLink(props: Omit<ComponentProps<'a'>, keyof LinkProps | 'ref'> & { href: string }) {
  const isOfPagesRouter = useRouter() !== null
  const [isMeant, setIsMeant] = useState(false)
  const mean = () => setIsMeant(true)
  if (isOfPagesRouter) return <a {...props} />
  return <Link {...props} prefetch={isMeant ? 'auto' : false} onPointerEnter={mean} onFocus={mean} />
}
