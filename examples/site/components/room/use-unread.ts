'use client'

import { type RefObject, useState } from 'react'

/** Up to so far from its end a list counts as read to the end, in pixels. */
const nearPx = 24

/** How many of the messages came after the one seen last; all of them if that is no longer there. */
export function unreadAfter(seen: string | undefined, ids: readonly string[]): number {
  return seen === undefined ? 0 : ids.length - 1 - ids.indexOf(seen)
}

/** Counts what came while the reader was scrolled up. The box is reversed: its end is where it is scrolled to zero. */
export function useUnread(box: RefObject<HTMLElement | null>, ids: readonly string[]) {
  // The newest message when the reader left the end.
  const [seen, setSeen] = useState<string>()
  return {
    unread: unreadAfter(seen, ids),
    scrolled() {
      const isAtEnd = (box.current?.scrollTop ?? 0) > -nearPx
      setSeen((before) => (isAtEnd ? undefined : (before ?? ids.at(-1))))
    },
    toEnd() {
      box.current?.scrollTo({ top: 0 })
      setSeen(undefined)
    },
  }
}
