import { BaroError } from '@baro/core'
import type { Language } from '../../i18n/languages.ts'
import type { Words } from '../../i18n/words.ts'

/** Until when a refused publish says that its user is muted, in milliseconds since 1970; `undefined` if it says another thing. */
export function mutedUntil(error: unknown): number | undefined {
  if (!(error instanceof BaroError) || error.code !== 'muted') return undefined
  // The message ends with the time, in UTC, on every transport.
  const untilMs = Date.parse(/(\S+)\.$/.exec(error.message)?.[1] ?? '')
  return Number.isNaN(untilMs) ? undefined : untilMs
}

/** Why something was not sent, in words. */
export function refusalText(
  error: unknown,
  room: Pick<Words['room'], 'muted'>,
  language: Language,
  timeZone?: 'UTC',
): string {
  const untilMs = mutedUntil(error)
  if (untilMs !== undefined) return room.muted(clockTime(untilMs, language, timeZone))
  return error instanceof Error ? error.message : String(error)
}

/** `14:32`, in the time zone of whoever reads it; where that is not known, `14:32 UTC`. */
export function clockTime(time: number, language: Language, timeZone?: 'UTC'): string {
  const text = new Intl.DateTimeFormat(language, {
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    ...(timeZone && { timeZone, timeZoneName: 'short' }),
  }).format(time)
  return text
}
