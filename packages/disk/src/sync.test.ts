import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@baro/core'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { afterAll, expect, test } from 'vitest'
import { createDiskBrokerOver } from './disk-broker.ts'
import { type JournalFiles, journalFiles } from './journal/journal-files.ts'

const log: Log = { info: () => {}, warn: () => {}, error: () => {} }
const root = mkdtempSync(join(tmpdir(), 'baro-sync-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const bounds = { size: 50, ttlMs: 1_000, bytes: 1 << 20 }
const all = { after: 0, limit: 1_000, bytes: 1 << 24 }
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A disk whose syncs end when they are told to. */
async function setUp(folder: string) {
  const syncs: ((error: Error | null) => void)[] = []
  const trace: string[] = []
  const files: JournalFiles = {
    ...journalFiles,
    write(file, bytes, offset) {
      trace.push('write')
      return journalFiles.write(file, bytes, offset)
    },
    sync: (_, done) => {
      trace.push('sync')
      syncs.push((error) => {
        trace.push('synced')
        done(error)
      })
    },
  }
  const clock = createFakeClock()
  const broker = createDiskBrokerOver(files, {
    folder: join(root, folder),
    sync: 'always',
    clock,
    randomness: createSeededRandomness(folder),
    log,
  })
  return { broker: await broker, syncs, trace, clock }
}

const entry = (id: string) => ({ type: 'message', payload: id, id, time: 0 })

test('I2: with sync: always, whoever publishes, follows or reads is told after the disk has it, and one sync is for all that wait', async () => {
  const { broker, syncs, trace } = await setUp('order')
  await broker.follow('room:1', {
    deliver: () => void trace.push('delivered'),
    signal: () => {},
    lost: () => {},
  })
  const appends = ['a', 'b', 'c'].map(async (id) => {
    await broker.append('room:1', [entry(id)], bounds)
    trace.push('acknowledged')
  })
  const read = broker.read('room:1', all).then(({ publications }) => void trace.push(`read ${publications.length}`))
  await turn()
  expect(trace).toEqual(['write', 'sync'])
  syncs.shift()?.(null)
  await Promise.all([...appends, read])
  expect(trace.slice(0, 3)).toEqual(['write', 'sync', 'synced'])
  expect(trace.slice(3).toSorted()).toEqual(
    ['acknowledged', 'acknowledged', 'acknowledged', 'delivered', 'delivered', 'delivered', 'read 3'].toSorted(),
  )
  let isClosed = false
  void broker.close().then(() => {
    isClosed = true
  })
  for (; !isClosed; await turn()) syncs.shift()?.(null)
})

test('with sync: os, one write is for all that a turn of the event loop keeps, and nobody is told before it', async () => {
  const trace: string[] = []
  const files: JournalFiles = {
    ...journalFiles,
    write(file, bytes, offset) {
      trace.push('write')
      return journalFiles.write(file, bytes, offset)
    },
  }
  const broker = await createDiskBrokerOver(files, { folder: join(root, 'os'), clock: createFakeClock(), log })
  await broker.heads(['room:1'])
  trace.length = 0
  const appends = ['a', 'b', 'c'].map(async (id) => {
    await broker.append('room:1', [entry(id)], bounds)
    trace.push('acknowledged')
  })
  const read = broker.read('room:1', all).then(({ publications }) => void trace.push(`read ${publications.length}`))
  await Promise.all([...appends, read])
  expect(trace).toEqual(['write', 'acknowledged', 'acknowledged', 'acknowledged', 'read 3'])
  await broker.close()
})

test('a sync that fails is no acknowledgement, and nobody is told of what it was for', async () => {
  const { broker, syncs, clock } = await setUp('failing')
  const told: string[] = []
  await broker.follow('room:1', {
    deliver: () => void told.push('delivered'),
    signal: () => {},
    lost: () => void told.push('lost'),
  })
  const append = broker.append('room:1', [entry('a')], bounds)
  await turn()
  syncs.shift()?.(new Error('EIO'))
  await expect(append).rejects.toMatchObject({ code: 'unavailable' })
  expect(told).toEqual([])
  for (; told.length === 0; await turn()) clock.advance(100)
  expect(told).toEqual(['lost'])
  await broker.close()
})
