import { cpus, loadavg, release, type } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { Facts, Sample } from '../channels/machine.ts'
import { createCpuReading } from './readings/cpu.ts'
import { createDelayReading } from './readings/event-loop.ts'
import { readMemory } from './readings/memory.ts'
import { createNetworkReading } from './readings/network.ts'

/** What stays the same while this process runs. */
export function readFacts(): Facts {
  const cores = cpus()
  return {
    processor: `${cores.length} × ${cores[0]?.model.trim() || process.arch}`,
    system: `${type()} ${release()}`,
    runtime: `Node.js ${process.version}`,
    startedAt: Math.round(Date.now() - process.uptime() * 1_000),
  }
}

const firstAfterMs = 200
/** How far apart the samples are. */
export const sampleEveryMs = 1_000

/** Samples the machine once a second; resolves when the first sample was taken, so that no page is rendered without. */
export async function startSampler(take: (sample: Sample) => Promise<unknown>): Promise<void> {
  const readCores = createCpuReading()
  const readDelay = createDelayReading()
  const readNetwork = createNetworkReading()
  const sample = async (): Promise<void> => {
    const [memory, network] = await Promise.all([readMemory(), readNetwork()])
    await take({
      time: Date.now(),
      cores: readCores(),
      load: loadavg().map((average) => Math.round(average * 100) / 100),
      memory,
      delay: readDelay(),
      ...(network && { network }),
    })
  }
  await setTimeout(firstAfterMs)
  await sample()
  // One that could not be published (Redis is away) is followed by the next.
  setInterval(() => void sample().catch(() => {}), sampleEveryMs)
}
