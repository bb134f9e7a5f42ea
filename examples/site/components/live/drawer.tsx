'use client'

import { useConnection } from '@baro/react'
import { useCallback, useState, useSyncExternalStore } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './drawer.module.css'
import { LocalTime } from './local-time.tsx'
import type { Watched, WatchedClient } from './watch-client.ts'

/** What goes on under a page: its channels, where they stand, the transport, and what came last. */
export function Drawer({ language, watching }: { language: Language; watching: WatchedClient | undefined }) {
  const { drawer: says } = wordsIn(language)
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details className={styles.drawer} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{says.title}</summary>
      {isOpen && watching && <Content language={language} watching={watching} />}
    </details>
  )
}

function Content({ language, watching }: { language: Language; watching: WatchedClient }) {
  const { drawer: says } = wordsIn(language)
  const { status } = useConnection()
  const subscribe = useCallback((listener: () => void) => watching.onChange(listener), [watching])
  const { channels, publications } = useSyncExternalStore(subscribe, () => watching.watched, nothing)
  return (
    <div className={styles.content}>
      <dl>
        <div>
          <dt>{says.transport}</dt>
          <dd translate="no">{status.rung ?? status.state}</dd>
        </div>
        {channels.map(({ channel, position }) => (
          <div key={channel}>
            <dt translate="no">{channel}</dt>
            <dd translate="no">{position ?? '–'}</dd>
          </div>
        ))}
      </dl>
      <div>
        <h2>{says.last}</h2>
        {publications.length === 0 && <p>{says.none}</p>}
        <ol translate="no">
          {publications.map(({ number, channel, type, offset, time }) => (
            <li key={number}>
              <LocalTime language={language} time={time} format="second" /> {channel} <b>{offset}</b> {type}
            </li>
          ))}
        </ol>
      </div>
    </div>
  )
}

const none: Watched = { channels: [], publications: [] }
const nothing = () => none
