'use client'

import { useConnection } from '@baro/react'
import { memo, useCallback, useState, useSyncExternalStore } from 'react'
import type { Language } from '../../i18n/languages.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './drawer.module.css'
import { frameText } from './frame-text.ts'
import { LocalTime } from './local-time.tsx'
import type { Watched, WatchedClient, WatchedFrame } from './watch-client.ts'

/** What goes on under a page: its channels, where they stand, the transport, and the last frames. */
export function Drawer({ language, watching }: { language: Language; watching: WatchedClient | undefined }) {
  const { drawer: says } = useWords('drawer')
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details className={styles.drawer} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{says.title}</summary>
      {isOpen && watching && <Content language={language} watching={watching} />}
    </details>
  )
}

function Content({ language, watching }: { language: Language; watching: WatchedClient }) {
  const { drawer: says } = useWords('drawer')
  const { status } = useConnection()
  const subscribe = useCallback((listener: () => void) => watching.onChange(listener), [watching])
  const { channels, frames } = useSyncExternalStore(subscribe, () => watching.watched, nothing)
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
        {frames.length === 0 && <p>{says.none}</p>}
        <ol translate="no">
          {frames.map((frame) => (
            <FrameLine key={frame.number} language={language} frame={frame} />
          ))}
        </ol>
      </div>
    </div>
  )
}

/** One message, as text: strangers wrote parts of it. */
const FrameLine = memo(function FrameLine({ language, frame }: { language: Language; frame: WatchedFrame }) {
  const { drawer: says } = useWords('drawer')
  const { way, time, message } = frame
  return (
    <li data-way={way}>
      <LocalTime language={language} time={time} format="second" /> <b title={says[way]}>{arrows[way]}</b>
      <span className="visually-hidden"> {says[way]}</span> <code>{frameText(message)}</code>
    </li>
  )
})

const arrows = { sent: '↑', received: '↓' } as const

const none: Watched = { channels: [], frames: [] }
const nothing = () => none
