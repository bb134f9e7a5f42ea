/** Figures that every fan-out has, over whatever transport. */
import { count, list, table, unique } from '../figures.ts'
import type { Target } from '../part.ts'
import { median } from '../runs.ts'
import { type FanoutRun, windowSize } from './measure.ts'

/** What one run says of one thing. */
export type Figure = (run: FanoutRun) => number

export const oneAtATime: Figure = (run) => run.oneAtATime
export const inFlight: Figure = (run) => run.inFlight
export const bytesPerConnection: Figure = (run) => run.bytesPerConnection
export const perConnection: Figure = (run) => run.perConnection

/** How a server is called on the page. */
export type Labels = Readonly<Record<string, string>>

/** The servers everything is a ratio of. */
export interface Yardsticks {
  readonly floor: string
  readonly loop: string
  /** How the loop is called in the head of a table. */
  readonly loopName: string
}

export function sizesOf(runs: readonly FanoutRun[]): readonly number[] {
  return unique(runs.map(({ subscribers }) => subscribers))
}

/** The median of a figure of a server, with so many subscribers. */
export function medianOf(runs: readonly FanoutRun[], server: string, size: number, figure: Figure): number {
  return median(runs.filter((run) => run.server === server && run.subscribers === size).map(figure))
}

/** What a delivery costs each server, with so many subscribers. */
export function deliveryTable(
  runs: readonly FanoutRun[],
  size: number,
  labels: Labels,
  { floor, loop, loopName }: Yardsticks,
): string {
  const same = runs.filter(({ subscribers }) => subscribers === size)
  const cells = (server: string, figure: Figure): readonly string[] => {
    const value = medianOf(same, server, size, figure)
    const times = (other: string): string => (value / medianOf(same, other, size, figure)).toFixed(2)
    const all = same.filter((run) => run.server === server).map(figure)
    return [value.toFixed(2), times(floor), times(loop), list(all, 2)]
  }
  const rows = unique(same.map(({ server }) => server)).map((server) => [
    labels[server] ?? server,
    ...cells(server, oneAtATime),
    ...cells(server, inFlight),
  ])
  const ratios = ['× floor', `× ${loopName}`, 'all runs']
  const head = ['server', 'one at a time, µs', ...ratios, `${windowSize} in flight, µs`, ...ratios]
  return `**${count(size)} subscribers**\n\n${table(head, rows)}`
}

/** What an idle connection costs each server, with the most subscribers there were. */
export function idleTable(runs: readonly FanoutRun[], labels: Labels): string {
  const most = Math.max(...sizesOf(runs))
  const same = runs.filter(({ subscribers }) => subscribers === most)
  const rows = unique(same.map(({ server }) => server)).map((server) => {
    const own = same.filter((run) => run.server === server)
    const kilobytes = own.map((run) => bytesPerConnection(run) / 1_000)
    const cpu = own.map(perConnection)
    return [
      labels[server] ?? server,
      median(kilobytes).toFixed(1),
      list(kilobytes, 1),
      median(cpu).toFixed(0),
      list(cpu, 0),
    ]
  })
  return table(['server', 'kB per connection', 'all runs', 'µs to connect', 'all runs'], rows)
}

/** A target that a number must not exceed. */
export function atMost(text: string, value: number, unit: string, bound: number): Target {
  return { text, seen: `${value.toFixed(2)} ${unit}`, isMet: value <= bound }
}

/** A target that a number must reach. */
export function atLeast(text: string, value: number, unit: string, bound: number): Target {
  return { text, seen: `${value.toFixed(2)} ${unit}`, isMet: value >= bound }
}
