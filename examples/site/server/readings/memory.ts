import { readFile } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'

/** Reads the memory of the machine and of this process, in bytes. */
export async function readMemory(): Promise<{ totalBytes: number; usedBytes: number; processBytes: number }> {
  const totalBytes = totalmem()
  return {
    totalBytes,
    usedBytes: totalBytes - ((await availableBytes()) ?? freemem()),
    processBytes: process.memoryUsage.rss(),
  }
}

// Free memory is little on a healthy Linux, since caches use the rest; what a new program could get is told here only.
async function availableBytes(): Promise<number | undefined> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '')
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024
}
