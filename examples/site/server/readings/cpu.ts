import { cpus } from 'node:os'

/** Reads how busy each core was since the last reading, from 0 to 1. */
export function createCpuReading(): () => number[] {
  let before = cpus()
  return () => {
    const now = cpus()
    const busy = now.map(({ times }, core) => {
      const was = before[core]?.times ?? times
      const idle = times.idle - was.idle
      const all = total(times) - total(was)
      return all > 0 ? rounded(1 - idle / all) : 0
    })
    before = now
    return busy
  }
}

function total({ user, nice, sys, idle, irq }: { user: number; nice: number; sys: number; idle: number; irq: number }) {
  return user + nice + sys + idle + irq
}

function rounded(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 1_000) / 1_000
}
