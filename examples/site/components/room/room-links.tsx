import Link from 'next/link'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './room.module.css'

const ids = ['1', '2', '3']

/** The rooms one can go to. */
export function RoomLinks({ language, current }: { language: Language; current: string }) {
  const { room } = wordsIn(language)
  return (
    <nav className={styles.rooms} aria-label={room.rooms}>
      {ids.map((id) => (
        <Link key={id} href={`/${language}/rooms/${id}`} aria-current={id === current ? 'page' : undefined}>
          {room.title(id)}
        </Link>
      ))}
    </nav>
  )
}
