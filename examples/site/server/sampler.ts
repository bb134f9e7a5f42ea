import { cpus, loadavg, release, type } from 'node:os'
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

/** Samples the machine once a second until it is stopped. */
export function startSampler(take: (sample: Sample) => void): () => void {
  const readCores = createCpuReading()
  const readDelay = createDelayReading()
  const readNetwork = createNetworkReading()
  const timer = setInterval(async () => {
    const [memory, network] = await Promise.all([readMemory(), readNetwork()])
    take({
      time: Date.now(),
      cores: readCores(),
      load: loadavg().map((average) => Math.round(average * 100) / 100),
      memory,
      delay: readDelay(),
      ...(network && { network }),
    })
  }, 1_000)
  return () => clearInterval(timer)
}
