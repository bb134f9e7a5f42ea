import { blank, columns, type Player, partsPerCell, rows, type World } from '../../channels/arena.ts'
import styles from './arena.module.css'

const letters = 'ABCDEFGH'

/** What a seat is called: its colour alone is no name for who does not see it. */
export function letterOf(seat: number): string {
  return letters[seat] ?? '?'
}

const [width, height] = [columns * partsPerCell, rows * partsPerCell]
/** Around the floor: a dot at its edge is seen whole. */
const rim = 8

/** The arena as a picture: what is painted, and who is where. */
export function Field({ world, own }: { world: World; own?: number | undefined }) {
  return (
    <svg
      className={styles.field}
      viewBox={`${-rim} ${-rim} ${width + 2 * rim} ${height + 2 * rim}`}
      aria-hidden="true"
      data-tick={world.tick}
    >
      <rect className={styles.floor} width={width} height={height} />
      {[...letters].map((letter, seat) => (
        <path key={letter} data-seat={seat} d={cellsPath(world.cells, seat)} />
      ))}
      {world.players.map((player) => (
        <Dot key={player.by ?? `bot ${player.seat}`} player={player} isOwn={player.seat === own} />
      ))}
    </svg>
  )
}

function Dot({ player: { seat, x, y }, isOwn }: { player: Player; isOwn: boolean }) {
  return (
    <g className={styles.dot} data-seat={seat} data-own={isOwn || undefined} style={{ translate: `${x}px ${y}px` }}>
      <circle r={isOwn ? 7 : 5.5} />
      <text y={2.6}>{letterOf(seat)}</text>
    </g>
  )
}

/** All cells of a seat as one path: eight elements are drawn anew with each tick, and not two hundred. */
function cellsPath(cells: string, seat: number): string {
  const size = partsPerCell
  const own = String(seat)
  let path = ''
  for (let cell = 0; cell < cells.length; cell++)
    if (cells[cell] !== blank && cells[cell] === own)
      path += `M${(cell % columns) * size} ${Math.floor(cell / columns) * size}h${size}v${size}h${-size}z`
  return path
}
