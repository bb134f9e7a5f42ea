import type uPlot from 'uplot'
import type { Language } from '../../i18n/languages.ts'
import type { Arrival } from '../live/arrival.ts'
import type { ArrivalSpan } from './arrival-spans.ts'

/**
 * The space around the lines, in pixels; the sketch keeps the same, so that nothing moves when the chart comes. On the right
 * there is room for half of a time, which stands below the newest second.
 */
export const margins = { left: 64, bottom: 24, top: 8, right: 26 } as const

/** How high the line below a chart is, whose colour is how each time reached the browser: in pixels. */
export const arrivalHeight = 3

const arrivalColors: Readonly<Record<Arrival, string>> = {
  page: '--page',
  recovered: '--recovered',
  fresh: '--recovered',
  live: '--live',
}

/** How the charting library draws a chart: three lines of grid, times below, the look from the style sheet. */
export function chartOptions({
  element,
  language,
  lines,
  format,
  end,
  spans,
  point,
}: {
  element: HTMLElement
  language: Language
  lines: number
  format: (value: number) => string
  end: () => number
  spans: () => readonly ArrivalSpan[]
  point: (index: number | undefined) => void
}): uPlot.Options {
  const style = getComputedStyle(element)
  const color = (name: string) => style.getPropertyValue(name).trim()
  const clock = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const axis: uPlot.Axis = {
    stroke: color('--muted'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: color('--hairline'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [margins.top, margins.right, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'machine' }, drag: { x: false, y: false }, y: false, points: { size: 5 } },
    scales: { x: { time: true }, y: { range: () => [0, end()] } },
    axes: [
      {
        ...axis,
        size: margins.bottom,
        space: 90,
        values: (_, splits) => splits.map((time) => clock.format(time * 1_000)),
      },
      {
        ...axis,
        size: margins.left,
        splits: () => [0, end() / 2, end()],
        values: (_, splits) => splits.map(format),
      },
    ],
    series: [
      {},
      ...Array.from({ length: lines }, (_, line) => ({
        stroke: color(`--line-${Math.min(line, 3)}`),
        width: line === 0 ? 1.5 : 1,
        points: { show: false },
      })),
    ],
    hooks: {
      // Before the lines, so that one at zero stays seen.
      drawAxes: [
        (plot) => {
          const { ctx, bbox } = plot
          const height = arrivalHeight * devicePixelRatio
          for (const { from, to, arrival } of spans()) {
            const start = plot.valToPos(from, 'x', true)
            ctx.fillStyle = color(arrivalColors[arrival])
            ctx.fillRect(start, bbox.top + bbox.height - height, plot.valToPos(to, 'x', true) - start, height)
          }
        },
      ],
      // Every new sample, and every new size, sets a cursor that is nowhere: that is no news of the pointer.
      setCursor: [({ cursor }) => typeof cursor.idx === 'number' && point(cursor.idx)],
      ready: [({ over }) => over.addEventListener('mouseleave', () => point(undefined))],
    },
  }
}
