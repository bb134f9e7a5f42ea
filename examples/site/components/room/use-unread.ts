'use client'

import { type RefObject, useEffect, useEffectEvent, useState } from 'react'

/** Up to so far from its end a list counts as read to the end, in pixels. */
const nearPx = 24

/** How far somebody has read: ids of messages, `''` for an empty list. */
export interface Marks {
  /** The newest message when the reader looked away; absent while they read. */
  readonly seen?: string
  /** The message after which the new ones begin. It stays when the reader comes back, to show where they were. */
  readonly line?: string
}

/** How many of the messages came after the one seen last; all of them if that is no longer there. */
export function unreadAfter(seen: string | undefined, ids: readonly string[]): number {
  return seen === undefined ? 0 : ids.length - 1 - ids.indexOf(seen)
}

/** The marks of somebody who reads, or looks away, when this message is the newest. */
export function marked(before: Marks, isReading: boolean, newest = ''): Marks {
  if (!isReading) return before.seen === undefined ? { seen: newest, line: newest } : before
  if (before.seen === undefined) return before
  // Nothing came meanwhile, and what comes now is read at once.
  return before.seen === newest || before.line === undefined ? {} : { line: before.line }
}

/**
 * Counts what came while the reader was scrolled up, or looked at another tab. The box is reversed: its end is where it is
 * scrolled to zero.
 */
export function useUnread(box: RefObject<HTMLElement | null>, ids: readonly string[]) {
  const [marks, setMarks] = useState<Marks>({})
  const look = () => {
    const isReading = document.visibilityState === 'visible' && (box.current?.scrollTop ?? 0) > -nearPx
    setMarks((before) => marked(before, isReading, ids.at(-1)))
  }
  const [isHidden, setIsHidden] = useState(false)
  const onVisibility = useEffectEvent(() => {
    setIsHidden(document.visibilityState === 'hidden')
    look()
  })
  useEffect(() => {
    const listener = () => onVisibility()
    document.addEventListener('visibilitychange', listener)
    return () => document.removeEventListener('visibilitychange', listener)
  }, [])

  const unread = unreadAfter(marks.seen, ids)
  useCountInTitle(isHidden ? unread : 0)
  return {
    unread,
    /** Which message is the first new one, if any. */
    firstNew: marks.line === undefined ? undefined : ids[ids.indexOf(marks.line) + 1],
    look,
    toEnd() {
      box.current?.scrollTo({ top: 0 })
      setMarks({})
    },
  }
}

/** Shows a number before the title of the page, unless it is zero. */
function useCountInTitle(count: number): void {
  useEffect(() => {
    if (count === 0) return undefined
    const before = document.title
    const counted = `(${count}) ${before}`
    document.title = counted
    return () => {
      // Another page may have set its own meanwhile.
      if (document.title === counted) document.title = before
    }
  }, [count])
}
