import type { Message } from '../../channels/room.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { LocalTime } from '../live/local-time.tsx'
import { SentPicture, SentVoice } from './attachment.tsx'
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
            <span className={styles.said}>
              <Said language={language} message={message} />
            </span>
            <LocalTime language={language} time={message.time} format="minute" />
            {pending.includes(message.id) && <span className="visually-hidden">{room.sending}</span>}
          </li>
        ))}
      </ol>
    </div>
  )
}

/** What a message says: a text, a picture or a voice, or that the latter is gone. */
function Said({ language, message }: { language: Language; message: Message }) {
  const { room } = wordsIn(language)
  if ('text' in message) return message.text
  const { name } = message
  if ('picture' in message)
    return message.picture ? (
      <SentPicture language={language} name={name} picture={message.picture} />
    ) : (
      <i>{room.pictureGone}</i>
    )
  return message.voice ? <SentVoice language={language} name={name} voice={message.voice} /> : <i>{room.voiceGone}</i>
}
