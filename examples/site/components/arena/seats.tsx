import { cellsBySeat, type World } from '../../channels/arena.ts'
import { arenaIn } from '../../i18n/arena.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { speakerName } from '../room/speaker.ts'
import styles from './arena.module.css'
import { letterOf } from './field.tsx'

/** All seats, taken or not, so that nothing moves when somebody comes: who sits there, and how much they have painted. */
export function Seats({ language, world, own }: { language: Language; world: World; own?: number | undefined }) {
  const says = arenaIn(language)
  return (
    <ol className={styles.seats} aria-label={says.seats}>
      {cellsBySeat(world).map((count, seat) => (
        <li key={letterOf(seat)} data-seat={seat} data-own={seat === own || undefined}>
          <b>{letterOf(seat)}</b>
          <span>{seat === own ? wordsIn(language).room.you : nameOf(language, world, seat)}</span>
          <span data-count={count}>{count}</span>
        </li>
      ))}
    </ol>
  )
}

/** Who has won the round that is over; nothing while one is played. */
export function Result({ language, world }: { language: Language; world: World }) {
  const counts = cellsBySeat(world)
  const most = Math.max(...counts)
  if (!world.isOver || most === 0) return null
  return arenaIn(language).won(letterOf(counts.indexOf(most)), nameOf(language, world, counts.indexOf(most)), most)
}

function nameOf(language: Language, { players }: World, seat: number): string {
  const says = arenaIn(language)
  const player = players.find((one) => one.seat === seat)
  if (!player) return says.free
  return player.by === undefined ? says.bot : speakerName(player, wordsIn(language).room)
}
