import type uPlot from 'uplot'
import type { Language } from '../../i18n/languages.ts'

/**
 * The space around the lines, in pixels; the sketch keeps the same, so that nothing moves when the chart comes. On the right
 * there is room for half of a time, which stands below the newest second.
 */
export const margins = { left: 64, bottom: 24, top: 8, right: 26 } as const

/** How the charting library draws a chart: three lines of grid, times below, the look from the style sheet. */
export function chartOptions({
  element,
  language,
  lines,
  format,
  end,
  point,
}: {
  element: HTMLElement
  language: Language
  lines: number
  format: (value: number) => string
  end: () => number
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
      // Every new sample, and every new size, sets a cursor that is nowhere: that is no news of the pointer.
      setCursor: [({ cursor }) => typeof cursor.idx === 'number' && point(cursor.idx)],
      ready: [({ over }) => over.addEventListener('mouseleave', () => point(undefined))],
    },
  }
}
