'use client'

import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { columns, rows } from '../../channels/board.ts'
import { useCountdown } from '../live/use-countdown.ts'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { useWords } from '../words/words-provider.tsx'
import { BaroPane, type Paint } from './baro-pane.tsx'
import styles from './break-it.module.css'
import { breaks, lastsMs, type Reader, readers } from './break-it-machine.ts'
import type { OldPage } from './old-page.ts'
import { runBreakIt } from './run-break-it.ts'
import { UsualPane } from './usual-pane.tsx'

/** One board in two panes, and four ways to break both. */
export function BreakIt({ initial, code }: { initial: OldPage; code: ReactNode }) {
  const { breakIt: says } = useWords('breakIt')
  const [demo] = useState(() => runBreakIt(initial))
  const view = () => demo.view
  const { state, page, opening, holes, tookMs } = useSyncExternalStore(demo.subscribe, view, view)
  const { press, end, shows, start } = demo
  useEffect(start, [start])
  const paint = useRef<Paint>(() => {})
  const isHydrated = useIsHydrated()
  const isBroken = state.name === 'broken'
  const lasts = isBroken && state.broke ? lastsMs[state.broke] : undefined
  const seconds = useCountdown(lasts)
  const places = useRef(0)
  const paintOne = () => {
    // Somewhere else each time, and all over the board in the end: 7 and the number of cells have no common divisor.
    places.current = (places.current + 103) % (columns * rows)
    paint.current(places.current)
  }
  const panes: Readonly<Record<Reader, ReactNode>> = {
    baro: <BaroPane key={opening} page={page} label={says.boardLabel(says.readers.baro)} shows={shows} paint={paint} />,
    usual: (
      <UsualPane
        key={opening}
        page={page}
        label={says.boardLabel(says.readers.usual)}
        holes={holes}
        shows={shows}
        paint={paint}
      />
    ),
  }
  return (
    <section
      className={styles.demo}
      aria-labelledby="break-it"
      data-demo={state.name}
      data-broke={state.broke}
      data-from={state.from}
      data-back-at={state.backAt}
    >
      <header>
        <h2 id="break-it">{says.title}</h2>
        <p className={styles.hint}>{says.hint}</p>
      </header>
      <div className={styles.panes}>
        {readers.map((reader) => {
          const verdict = state.verdicts?.[reader]
          const said = verdict && says.verdict(verdict.caughtUp, verdict.lost)
          return (
            <figure
              key={reader}
              className={styles.pane}
              data-reader={reader}
              data-caught-up={verdict?.caughtUp}
              data-lost={verdict?.lost}
            >
              <figcaption>
                <b>{says.readers[reader]}</b> <small>{says.means[reader]}</small>
              </figcaption>
              {panes[reader]}
              <p className={styles.verdict} role={reader === 'baro' ? 'status' : undefined}>
                {said ?? (isBroken && state.broke ? says.away[state.broke] : says.counting)}
                {reader === 'baro' && verdict && verdict.caughtUp > 0 && tookMs !== undefined && (
                  <span className={styles.took}> {says.took(Math.round(tookMs))}</span>
                )}
              </p>
            </figure>
          )
        })}
      </div>
      <fieldset className={styles.buttons}>
        <legend className="visually-hidden">{says.title}</legend>
        {breaks.map((broke) => {
          const isThis = isBroken && state.broke === broke
          const canEnd = isThis && lasts !== undefined
          return (
            <button
              key={broke}
              type="button"
              data-break={broke}
              disabled={!isHydrated || (isBroken && !canEnd)}
              onClick={() => (canEnd ? end() : press(broke))}
            >
              {canEnd
                ? says.endNow(seconds ?? Math.ceil(lasts / 1_000))
                : isThis
                  ? says.away[broke]
                  : says.breaks[broke]}
            </button>
          )
        })}
      </fieldset>
      <div className={styles.foot}>
        <p className={styles.legend}>
          {says.legend.map(([arrival, text]) => (
            <span key={arrival} className={styles.kind} data-arrival={arrival}>
              {text}
            </span>
          ))}
        </p>
        <button type="button" className={styles.paint} disabled={!isHydrated} onClick={paintOne}>
          {says.paint}
        </button>
      </div>
      {code}
    </section>
  )
}
