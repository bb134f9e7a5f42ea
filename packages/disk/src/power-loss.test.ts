import { cpSync, fstatSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@baro/core'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { afterAll, expect, test } from 'vitest'
import { createDiskBrokerOver } from './disk-broker.ts'
import { type JournalFiles, journalFiles } from './journal/journal-files.ts'

const log: Log = { info: () => {}, warn: () => {}, error: () => {} }
const root = mkdtempSync(join(tmpdir(), 'baro-power-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const bounds = { size: 10_000, ttlMs: 3_600_000, bytes: 1 << 24 }
const all = { after: 0, limit: 10_000, bytes: 1 << 24 }
const rooms = 5

/** Files of which a power failure leaves what was synced. */
function createVolatileFiles() {
  const written = new Map<number, number>()
  const synced = new Map<number, number>()
  const moments: (() => void)[] = []
  const files: JournalFiles = {
    ...journalFiles,
    write(file, bytes, offset) {
      const { ino } = fstatSync(file)
      const count = journalFiles.write(file, bytes, offset)
      written.set(ino, (written.get(ino) ?? 0) + count)
      for (const moment of moments) moment()
      return count
    },
    sync(file, done) {
      const { ino } = fstatSync(file)
      const bytes = written.get(ino) ?? 0
      journalFiles.sync(file, (error) => {
        if (!error) synced.set(ino, bytes)
        for (const moment of moments) moment()
        done(error)
      })
    },
  }
  return {
    files,
    /** Calls this after each write, and right before anybody is told of a sync. */
    atEachMoment: (moment: () => void) => void moments.push(moment),
    /** Copies a folder as a power failure would leave it. */
    copy(folder: string, to: string): void {
      cpSync(folder, to, { recursive: true })
      for (const name of readdirSync(folder).filter((name) => name.startsWith('journal-')))
        truncateSync(join(to, name), synced.get(statSync(join(folder, name)).ino) ?? 0)
    },
  }
}

test('I2: with sync: always, a copy of the folder of any moment, without what was not synced, has all that was acknowledged before', async () => {
  const folder = join(root, 'store')
  const { files, atEachMoment, copy } = createVolatileFiles()
  const chance = createSeededRandomness('power')
  const broker = await createDiskBrokerOver(files, {
    folder,
    sync: 'always',
    clock: createFakeClock(),
    randomness: createSeededRandomness('epochs'),
    log,
  })
  const acknowledged: (readonly [room: string, offset: number, id: string])[] = []
  const copies: (readonly [path: string, acknowledged: number])[] = []
  atEachMoment(() => {
    if (copies.length >= 60 || chance.fraction() < 0.4) return
    const path = join(root, `copy-${copies.length}`)
    copy(folder, path)
    copies.push([path, acknowledged.length])
  })
  await Promise.all(
    Array.from({ length: rooms }, async (_, index) => {
      for (let number = 1; number <= 60; number++) {
        const [room, id] = [`room:${index}`, `id-${number}`]
        const appended = await broker.append(room, [{ type: 'message', payload: null, id, time: 0 }], bounds)
        if (appended.outcome === 'appended') acknowledged.push([room, appended.delivery.position.offset, id])
      }
    }),
  )
  await broker.close()
  expect(acknowledged).toHaveLength(60 * rooms)
  expect(copies).toHaveLength(60)
  for (const [path, count] of copies) {
    const copied = await createDiskBrokerOver(journalFiles, { folder: path, clock: createFakeClock(), log })
    const kept = new Map<string, readonly string[]>()
    for (let index = 0; index < rooms; index++) {
      const { publications } = await copied.read(`room:${index}`, all)
      kept.set(
        `room:${index}`,
        publications.map(({ id }) => id),
      )
    }
    for (const [room, offset, id] of acknowledged.slice(0, count)) expect(kept.get(room)?.[offset - 1]).toBe(id)
    await copied.close()
  }
})
