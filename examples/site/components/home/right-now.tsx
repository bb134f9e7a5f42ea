'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { activity } from '../../channels/activity.ts'
import type { Language } from '../../i18n/languages.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import { AsOf } from '../live/as-of.tsx'
import { emptinessOf } from '../live/emptiness.ts'
import { LocalTime } from '../live/local-time.tsx'
import { useHeld } from '../live/pause.tsx'
import { Proof } from '../live/proof.tsx'
import { speakerName } from '../room/speaker.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './home.module.css'

/** Who is here and what they say, and where to go from here. */
export function RightNow({
  language,
  initial,
  renderedAtMs,
}: {
  language: Language
  initial: SnapshotOf<typeof activity>
  /** In milliseconds since 1970. */
  renderedAtMs: number
}) {
  const { home, room } = useWords('home', 'room')
  const { state: newest, status, handOver } = useChannel(activity, initial)
  const state = useHeld(newest)
  const emptiness = emptinessOf(handOver)
  return (
    <section className={styles.now} aria-labelledby="now">
      <header>
        <h2 id="now">{home.nowTitle}</h2>
        <p data-visitors={state.visitors}>
          {/* A cached page does not know who is here now. */}
          {emptiness === 'then' ? (
            <AsOf language={language} text={home.visitorsThen(state.visitors)} time={renderedAtMs} format="minute" />
          ) : (
            home.visitors(state.visitors)
          )}
        </p>
      </header>
      {state.remarks.length === 0 ? (
        <p className={styles.nobody}>
          {emptiness === 'then' ? (
            <AsOf language={language} text={home.nobodyThen} time={renderedAtMs} format="minute" />
          ) : (
            { now: home.nobody, since: home.nobodySince }[emptiness]
          )}
        </p>
      ) : (
        <ol className={styles.remarks}>
          {state.remarks.toReversed().map((remark) => (
            <li key={remark.id} data-id={remark.id}>
              <IntentLink href={`/${language}/rooms/${encodeURIComponent(remark.room)}`}>
                {room.title(remark.room)}
              </IntentLink>
              <span>
                <b>{speakerName(remark, room)}</b> {'text' in remark ? remark.text : home.attached[remark.attached]}
              </span>
              <LocalTime language={language} time={remark.time} format="minute" />
            </li>
          ))}
        </ol>
      )}
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
