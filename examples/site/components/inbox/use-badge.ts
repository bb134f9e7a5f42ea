'use client'

import { useEffect } from 'react'

/** A dot in the colour of the site. */
const dotted =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="#b3261e"/></svg>',
  )

/** Says how much is unread where one sees it from another tab: in the title, the icon, and on the icon of an installed app. */
export function useBadge(count: number): void {
  useEffect(() => {
    const { setAppBadge, clearAppBadge }: Partial<Navigator> = navigator
    if (count === 0) {
      clearAppBadge?.call(navigator).catch(() => {})
      return undefined
    }
    setAppBadge?.call(navigator, count).catch(() => {})
    const title = document.title
    const counted = `(${count}) ${title}`
    document.title = counted
    const icons = [...document.querySelectorAll<HTMLLinkElement>('link[rel~=icon]')]
    const before = icons.map(({ href }) => href)
    for (const icon of icons) icon.href = dotted
    return () => {
      // Another page may have set its own meanwhile.
      if (document.title === counted) document.title = title
      for (const [index, icon] of icons.entries()) icon.href = before[index] ?? icon.href
    }
  }, [count])
}
