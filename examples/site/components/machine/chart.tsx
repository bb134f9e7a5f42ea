'use client'

import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, useState } from 'react'
import type uPlot from 'uplot'
import type { Language } from '../../i18n/languages.ts'
import type { Arrival } from '../live/arrival.ts'
import { arrivalSpans } from './arrival-spans.ts'
import { chartOptions } from './chart-options.ts'
import { withGaps } from './gaps.ts'
import styles from './machine.module.css'
import { scaleEnd } from './scale.ts'
import { Sketch } from './sketch.tsx'

/** What a chart shows. */
export interface ChartProps {
  readonly language: Language
  readonly label: string
  /** In seconds since 1970. */
  readonly times: readonly number[]
  readonly lines: readonly (readonly number[])[]
  /** How each time reached the browser. */
  readonly arrivals: readonly Arrival[]
  /** The scale reaches at least this far. */
  readonly top: number
  readonly format: (value: number) => string
  /** Which time the pointer is over, in all charts alike. */
  readonly point: (index: number | undefined) => void
}

/** Lines over time. The server sends them as a sketch; the charting library takes over in the browser, in its place. */
export function Chart({ language, label, times, lines, arrivals, top, format, point }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [isDrawn, setIsDrawn] = useState(false)
  const end = scaleEnd(top, lines)
  const gapped = withGaps(times, lines)
  const data = [gapped.times, ...gapped.lines] as uPlot.AlignedData
  const spans = arrivalSpans(times, arrivals)
  const newest = useRef({ data, end, spans, sampleAt: gapped.sampleAt })
  newest.current = { data, end, spans, sampleAt: gapped.sampleAt }

  useEffect(() => {
    const element = box.current
    if (!element) return
    let isGone = false
    let stop = (): void => {}
    void import('uplot').then(({ default: Plot }) => {
      if (isGone) return
      const draw = () => {
        plot.current?.destroy()
        const options = chartOptions({
          element,
          language,
          lines: lines.length,
          format,
          end: () => newest.current.end,
          spans: () => newest.current.spans,
          point: (index) => point(index === undefined ? undefined : newest.current.sampleAt[index]),
        })
        plot.current = new Plot(options, newest.current.data, element)
      }
      draw()
      setIsDrawn(true)
      // The canvas has no style sheet: size and colours are told to it.
      const resized = new ResizeObserver(() =>
        plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight }),
      )
      resized.observe(element)
      const dark = matchMedia('(prefers-color-scheme: dark)')
      dark.addEventListener('change', draw)
      stop = () => {
        resized.disconnect()
        dark.removeEventListener('change', draw)
        plot.current?.destroy()
        plot.current = undefined
      }
    })
    return () => {
      isGone = true
      stop()
      setIsDrawn(false)
    }
  }, [language, lines.length, format, point])

  useEffect(() => plot.current?.setData(newest.current.data))

  return (
    <div className={styles.chart} role="img" aria-label={label}>
      {!isDrawn && <Sketch times={gapped.times} lines={gapped.lines} end={end} spans={spans} />}
      <div className={styles.canvas} ref={box} />
    </div>
  )
}
