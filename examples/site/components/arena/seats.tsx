import { cellsBySeat, type World } from '../../channels/arena.ts'
import type { Words } from '../../i18n/words.ts'
import { speakerName } from '../room/speaker.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './arena.module.css'
import { letterOf } from './field.tsx'

/** All seats, taken or not, so that nothing moves when somebody comes: who sits there, and how much they have painted. */
export function Seats({ world, own }: { world: World; own?: number | undefined }) {
  const words = useWords('arena', 'room')
  return (
    <ol className={styles.seats} aria-label={words.arena.seats}>
      {cellsBySeat(world).map((count, seat) => (
        <li key={letterOf(seat)} data-seat={seat} data-own={seat === own || undefined}>
          <b>{letterOf(seat)}</b>
          <span>{seat === own ? words.room.you : nameOf(words, world, seat)}</span>
          <span data-count={count}>{count}</span>
        </li>
      ))}
    </ol>
  )
}

/** Who has won the round that is over; nothing while one is played. */
export function Result({ world }: { world: World }) {
  const words = useWords('arena', 'room')
  const counts = cellsBySeat(world)
  const most = Math.max(...counts)
  if (!world.isOver || most === 0) return null
  const seat = counts.indexOf(most)
  return words.arena.won(letterOf(seat), nameOf(words, world, seat), most)
}

function nameOf({ arena, room }: Pick<Words, 'arena' | 'room'>, { players }: World, seat: number): string {
  const player = players.find((one) => one.seat === seat)
  if (!player) return arena.free
  return player.by === undefined ? arena.bot : speakerName(player, room)
}
