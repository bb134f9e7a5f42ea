import { margins } from './chart-options.ts'
import styles from './machine.module.css'

/** The lines of a chart as the server draws them. */
export function Sketch({ lines, end }: { lines: readonly (readonly number[])[]; end: number }) {
  const last = Math.max(1, (lines[0]?.length ?? 0) - 1)
  return (
    <svg
      className={styles.sketch}
      style={{
        left: margins.left,
        top: margins.top,
        width: `calc(100% - ${margins.left + margins.right}px)`,
        height: `calc(100% - ${margins.top + margins.bottom}px)`,
      }}
      viewBox={`0 0 ${last} 100`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {lines.map((values, line) => (
        <polyline
          // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name.
          key={line}
          data-line={Math.min(line, 3)}
          points={values.map((value, index) => `${index},${Math.round(1_000 * (1 - value / end)) / 10}`).join(' ')}
        />
      ))}
    </svg>
  )
}
