import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@baro/core'
import { type BrokerSuiteContext, brokerSuite } from '@baro/testing/broker-suite'
import { afterAll, vi } from 'vitest'
import { createDiskBrokerOver, type DiskBroker } from './disk-broker.ts'
import { type JournalFiles, journalFiles } from './journal/journal-files.ts'

const root = mkdtempSync(join(tmpdir(), 'baro-disk-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A full disk, until it is mended. */
let isFull = false
let mended = 0
const log: Log = { info: () => void mended++, warn: () => {}, error: () => {} }
const brokers = new Map<string, DiskBroker>()
const turn = () => new Promise((resolve) => setImmediate(resolve))
const files: JournalFiles = {
  ...journalFiles,
  write(file, bytes, offset) {
    if (isFull) throw new Error('ENOSPC: no space left on device')
    return journalFiles.write(file, bytes, offset)
  },
}

for (const sync of ['os', 'always'] as const)
  brokerSuite(
    `disk, sync: ${sync}`,
    async ({ clock, randomness, store }) => {
      const broker = await createDiskBrokerOver(files, { folder: join(root, store), sync, clock, randomness, log })
      brokers.set(store, broker)
      return broker
    },
    {
      restart: async () => {},
      isOfOneProcess: true,
      async outage({ clock, store }: BrokerSuiteContext) {
        isFull = true
        const key = { scope: 'somebody', id: 'a' }
        const claimed = brokers.get(store)?.claim('room:9', key, { windowMs: 1, share: { of: 'application' } })
        await Promise.resolve(claimed).catch(() => {})
        const before = mended
        return async () => {
          isFull = false
          for (; mended === before; await turn()) clock.advance(100)
        }
      },
      async delivered(arrived) {
        // The disk works on threads, so a number of turns would say nothing.
        await vi.waitUntil(arrived, { timeout: 60_000, interval: 1 })
      },
    },
  )
