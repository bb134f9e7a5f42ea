import type { Language } from '../../i18n/languages.ts'
import { LocalTime } from './local-time.tsx'

/** A text in which `{time}` is a moment, wherever the language puts it. */
export function AsOf({
  language,
  text,
  time,
  format,
}: {
  language: Language
  text: string
  /** In milliseconds since 1970. */
  time: number
  format: 'minute' | 'day'
}) {
  const [before = '', after = ''] = text.split('{time}')
  return (
    <>
      {before}
      <LocalTime language={language} time={time} format={format} />
      {after}
    </>
  )
}
