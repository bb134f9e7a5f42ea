import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import styles from './room.module.css'

const rooms = ['1', '2', '3']
const clubs = ['1']

/** The rooms one can go to. `current` is the id of a room, or `club/` and that of one for members. */
export function RoomLinks({ language, current }: { language: Language; current: string }) {
  const { room, club } = wordsIn(language)
  const links = [
    ...rooms.map((id) => ({ key: id, path: `rooms/${id}`, text: room.title(id) })),
    ...clubs.map((id) => ({ key: `club/${id}`, path: `club/${id}`, text: club.title(id) })),
  ]
  return (
    <nav className={styles.rooms} aria-label={room.rooms}>
      {links.map(({ key, path, text }) => (
        <IntentLink key={key} href={`/${language}/${path}`} aria-current={key === current ? 'page' : undefined}>
          {text}
        </IntentLink>
      ))}
    </nav>
  )
}
