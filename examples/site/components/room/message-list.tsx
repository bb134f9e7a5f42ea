import type { Message } from '../../channels/room.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { LocalTime } from '../live/local-time.tsx'
import styles from './room.module.css'

/** The messages, the newest at the bottom; the box stays scrolled to it unless the reader scrolled up. */
export function MessageList({
  language,
  messages,
  pending,
}: {
  language: Language
  messages: readonly Message[]
  /** Ids of messages that the server has not confirmed yet. */
  pending: readonly string[]
}) {
  const { room } = wordsIn(language)
  return (
    // Scrollable with the keyboard too, hence the tab stop.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: as above.
    <div className={styles.scroll} role="log" aria-label={room.messages} tabIndex={0}>
      <ol className={styles.messages}>
        {messages.length === 0 && <li className={styles.empty}>{room.empty}</li>}
        {messages.map((message, index) => (
          <li
            key={message.id}
            data-id={message.id}
            data-pending={pending.includes(message.id) || undefined}
            data-follows={messages[index - 1]?.name === message.name || undefined}
          >
            <b>{message.name}</b>
            <span className={styles.text}>{message.text}</span>
            <LocalTime language={language} time={message.time} format="minute" />
            {pending.includes(message.id) && <span className="visually-hidden">{room.sending}</span>}
          </li>
        ))}
      </ol>
    </div>
  )
}
