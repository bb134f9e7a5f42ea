'use client'

import { useSyncExternalStore } from 'react'
import type { Language } from '../../i18n/languages.ts'

const formats = {
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  minute: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
} as const

/**
 * A moment in the reader's time zone. The server does not know it and renders UTC; hydration repeats exactly that, and
 * the zone comes in right after.
 */
export function LocalTime({
  language,
  time,
  format,
}: {
  language: Language
  time: number
  format: keyof typeof formats
}) {
  const timeZone = useSyncExternalStore(neverChanges, readersZone, serverZone)
  const text = new Intl.DateTimeFormat(language, { ...formats[format], timeZone }).format(time)
  const zone = timeZone === 'UTC' ? ' UTC' : ''
  return <time dateTime={new Date(time).toISOString()}>{`${text}${zone}`}</time>
}

const neverChanges = () => () => {}
const readersZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone
const serverZone = () => 'UTC'
