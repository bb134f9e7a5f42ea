import type { Machine, Sample } from '../../channels/machine.ts'
import type { Words } from '../../i18n/words.ts'
import { bytes, decimal, milliseconds, percent, rate } from './format.ts'

/** One measure of the machine: what its lines are called, and how a sample tells their value. */
export interface Measure {
  readonly title: string
  /** The scale reaches at least this far. */
  readonly top: number
  readonly format: (value: number) => string
  readonly lines: readonly {
    readonly name: string
    readonly note?: string
    readonly read: (sample: Sample) => number
  }[]
}

/** What can be shown of a machine. */
export function measuresOf(says: Words['machine'], samples: Machine['samples']): readonly Measure[] {
  const newest = samples.at(-1)
  if (!newest) return []
  const cpu: Measure = {
    title: says.cpu,
    top: 1,
    format: percent,
    lines: [
      { name: says.allCores, read: ({ cores }) => cores.reduce((sum, core) => sum + core, 0) / cores.length },
      ...newest.cores.map((_, index) => ({
        name: says.core(index),
        read: ({ cores }: Sample) => cores[index] ?? 0,
      })),
    ],
  }
  const memory: Measure = {
    title: says.memory,
    top: newest.memory.totalBytes,
    format: bytes,
    lines: [
      { name: says.used, note: says.of(bytes(newest.memory.totalBytes)), read: ({ memory }) => memory.usedBytes },
      { name: says.process, read: ({ memory }) => memory.processBytes },
    ],
  }
  const load: Measure = {
    title: says.load,
    top: 1,
    format: decimal,
    lines: [1, 5, 15].map((minutes, index) => ({
      name: says.minutes(minutes),
      read: ({ load }) => load[index] ?? 0,
    })),
  }
  const delay: Measure = {
    title: says.delay,
    top: 10,
    format: milliseconds,
    lines: [
      { name: says.median, read: ({ delay }) => delay.medianMs },
      { name: says.p99, read: ({ delay }) => delay.p99Ms },
      { name: says.longest, read: ({ delay }) => delay.maxMs },
    ],
  }
  const network: Measure = {
    title: says.network,
    top: 1_024,
    format: rate,
    lines: [
      { name: says.received, read: ({ network }) => network?.received ?? 0 },
      { name: says.sent, read: ({ network }) => network?.sent ?? 0 },
      { name: says.loopback, read: ({ network }) => network?.loopback ?? 0 },
    ],
  }
  return newest.network ? [cpu, memory, load, delay, network] : [cpu, memory, load, delay]
}
