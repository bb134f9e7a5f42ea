'use client'

import type { MembersTypes, Snapshot, TypesOf } from '@baro/core'
import { useMembers } from '@baro/react'
import { useEffect, useState } from 'react'
import { room } from '../../channels/room.ts'
import type { Language } from '../../i18n/languages.ts'
import { AsOf } from '../live/as-of.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './room.module.css'
import { type Speaker, speakerName } from './speaker.ts'

/** So long nobody must have come or gone before a screen reader is told how many are here. */
const settledMs = 4_000

/**
 * The head of a room: its name, and who is in it. It begins with those of the cached page, and says of when they are; each
 * visitor is there once, however many tabs. It keeps its height, so nothing below it moves.
 */
export function WhoIsHere({
  language,
  title,
  initial,
  nickname,
  own,
  typing,
  renderedAtMs,
}: {
  language: Language
  title: string
  initial: Snapshot<MembersTypes<TypesOf<typeof room>>>
  /** As typed; `undefined` as long as that is not known: a visitor should not come without a name and then get one. */
  nickname: string | undefined
  /** Who the reader is to the others; `undefined` as long as that is not known. */
  own: string | undefined
  typing: readonly Speaker[]
  /** In milliseconds since 1970. */
  renderedAtMs: number
}) {
  const { room: says } = useWords('room')
  const name = nickname?.trim()
  const told = name === undefined ? undefined : name === '' ? {} : { name }
  const { list, count, status } = useMembers(room, initial, told)
  const isLive = status.state === 'live'
  const [wasLive, setWasLive] = useState(false)
  if (isLive && !wasLive) setWasLive(true)
  const settled = useSettled(isLive ? says.hereNow(count) : '')

  const writers = new Set(typing.map(({ by }) => by))
  return (
    <>
      <header className={styles.head}>
        <h1 id="room">{title}</h1>
        <p data-here={isLive ? count : undefined}>
          {isLive && says.hereNow(count)}
          {!isLive && wasLive && says.hereLast(count)}
          {!isLive && !wasLive && (
            <AsOf language={language} text={says.hereThen(count)} time={renderedAtMs} format="minute" />
          )}
        </p>
      </header>
      {/* Scrollable with the keyboard too, hence the tab stop. */}
      <section
        className={styles.here}
        aria-label={says.here}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: as above.
        tabIndex={0}
      >
        {list && list.length > 0 ? (
          <ul>
            {list.map(({ id, user, state }) => {
              const isOwn = own !== undefined && user === own
              return (
                <li key={id} data-member={id} data-own={isOwn || undefined}>
                  {/* Whichever way a name is written, it turns nothing around it. */}
                  <bdi>{speakerName({ name: state.name, by: user }, says)}</bdi>
                  {isOwn && <small> ({says.you})</small>}
                  {writers.has(user) && user !== undefined && (
                    <span className={styles.dots} data-typing="" aria-hidden="true">
                      …
                    </span>
                  )}
                </li>
              )
            })}
          </ul>
        ) : (
          <p>{list ? says.nobodyHere : says.tooManyHere}</p>
        )}
      </section>
      <p className="visually-hidden" role="status">
        {settled}
      </p>
    </>
  )
}

/** A text once it has not changed for a while, so that a busy room is not read out one visitor after another. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settledMs)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
