'use client'

import { type ReactNode, useEffect, useRef } from 'react'

/** Links in a line that may be longer than the screen: the one to this page is moved into sight. */
export function CurrentInView({
  label,
  className,
  children,
}: {
  label: string
  className: string
  children: ReactNode
}) {
  const line = useRef<HTMLElement>(null)
  useEffect(() => {
    const box = line.current
    const current = box?.querySelector<HTMLElement>('[aria-current=page]')
    if (!box || !current) return undefined
    // Not by `scrollIntoView`: it would move the page as well. It is told at once, and when a phone is turned.
    const observer = new ResizeObserver(() => {
      box.scrollLeft = current.offsetLeft - (box.clientWidth - current.offsetWidth) / 2
    })
    observer.observe(box)
    return () => observer.disconnect()
  }, [])
  return (
    <nav ref={line} className={className} aria-label={label}>
      {children}
    </nav>
  )
}
