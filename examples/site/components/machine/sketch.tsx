import type { ArrivalSpan } from './arrival-spans.ts'
import { margins } from './chart-options.ts'
import type { GappedLines } from './gaps.ts'
import styles from './machine.module.css'

/** The lines of a chart as the server draws them. */
export function Sketch({
  times,
  lines,
  end,
  spans,
}: Pick<GappedLines, 'times' | 'lines'> & { end: number; spans: readonly ArrivalSpan[] }) {
  const first = times[0] ?? 0
  const width = Math.max(1, (times.at(-1) ?? 0) - first)
  return (
    <svg
      className={styles.sketch}
      style={{
        left: margins.left,
        top: margins.top,
        width: `calc(100% - ${margins.left + margins.right}px)`,
        height: `calc(100% - ${margins.top + margins.bottom}px)`,
      }}
      viewBox={`0 0 ${rounded(width)} 100`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {spans.map(({ from, to, arrival }) => (
        <line key={from} data-arrival={arrival} x1={rounded(from - first)} x2={rounded(to - first)} y1="100" y2="100" />
      ))}
      {lines.flatMap((values, line) =>
        piecesOf(values).map((piece) => (
          <polyline
            // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a line has no other name.
            key={`${line} ${piece[0]?.index}`}
            data-line={Math.min(line, 3)}
            points={piece
              .map(({ value, index }) => `${rounded((times[index] ?? 0) - first)},${rounded(100 * (1 - value / end))}`)
              .join(' ')}
          />
        )),
      )}
    </svg>
  )
}

interface Point {
  readonly value: number
  readonly index: number
}

/** What of a line is between two gaps. */
function piecesOf(values: readonly (number | null)[]): readonly (readonly Point[])[] {
  const pieces: Point[][] = [[]]
  for (const [index, value] of values.entries())
    if (value === null) pieces.push([])
    else pieces.at(-1)?.push({ value, index })
  return pieces
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
