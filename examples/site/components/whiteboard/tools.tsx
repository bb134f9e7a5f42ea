'use client'

import { type Ink, inks, type Stroke, widths } from '../../channels/whiteboard.ts'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { useWords } from '../words/words-provider.tsx'
import { download, pngOf, svgOf } from './picture.ts'
import styles from './whiteboard.module.css'

interface Tool {
  readonly ink: Ink
  readonly width: (typeof widths)[number]
}

/** What one draws with, and what can be done with the whole board. */
export function Tools({
  ink,
  width,
  strokes,
  choose,
  undo,
  clear,
}: Tool & {
  strokes: readonly Stroke[]
  choose: (tool: Tool) => void
  /** Absent if there is nothing that one could take back. */
  undo: (() => void) | undefined
  clear: () => void
}) {
  const { whiteboard: says } = useWords('whiteboard')
  const isEmpty = strokes.length === 0
  return (
    <fieldset className={styles.tools} disabled={!useIsHydrated()}>
      <legend className="visually-hidden">{says.tools}</legend>
      <div>
        {inks.map((one) => (
          <button
            key={one}
            type="button"
            className={styles.ink}
            data-ink={one}
            aria-label={says.inks[one]}
            aria-pressed={one === ink}
            onClick={() => choose({ ink: one, width })}
          />
        ))}
      </div>
      <div>
        {widths.map((one, index) => (
          <button
            key={one}
            type="button"
            className={styles.width}
            aria-label={says.widths[index]}
            aria-pressed={one === width}
            onClick={() => choose({ ink, width: one })}
          >
            <i style={{ width: 4 + one / 2, height: 4 + one / 2 }} />
          </button>
        ))}
      </div>
      <div>
        <button type="button" onClick={undo} disabled={undo === undefined}>
          {says.undo}
        </button>
        <button type="button" onClick={clear} disabled={isEmpty}>
          {says.clear}
        </button>
        <button type="button" onClick={async () => download(await pngOf(strokes), 'board.png')} disabled={isEmpty}>
          PNG
        </button>
        <button type="button" onClick={() => download(svgOf(strokes), 'board.svg')} disabled={isEmpty}>
          SVG
        </button>
      </div>
    </fieldset>
  )
}
