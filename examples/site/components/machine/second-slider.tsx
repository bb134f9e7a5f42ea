'use client'

import type { Sample } from '../../channels/machine.ts'
import type { Language } from '../../i18n/languages.ts'
import { LocalTime } from '../live/local-time.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './machine.module.css'

/** Chooses the second whose values are shown, for those who do not hover: by keyboard, by touch, by voice. */
export function SecondSlider({
  language,
  samples,
  pointed,
  point,
  isLive,
}: {
  language: Language
  samples: readonly Sample[]
  pointed: number | undefined
  point: (index: number | undefined) => void
  /** Whether the newest of the samples is of now. */
  isLive: boolean
}) {
  const { machine } = useWords('machine')
  const last = samples.length - 1
  const index = Math.min(pointed ?? last, last)
  const time = samples[index]?.time ?? 0
  return (
    <label className={styles.second}>
      {machine.second}
      <input
        type="range"
        min={0}
        max={last}
        value={index}
        aria-valuetext={isLive ? ago(language, index - last) : undefined}
        // At its end it follows the newest.
        onChange={({ target }) => point(Number(target.value) === last ? undefined : Number(target.value))}
      />
      <output data-time={time}>
        {isLive ? ago(language, index - last) : <LocalTime language={language} time={time} format="minute" />}
      </output>
    </label>
  )
}

/** So many samples before the newest, which come once a second. It reads the same on a server and in any time zone. */
function ago(language: Language, seconds: number): string {
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(seconds, 'second')
}
