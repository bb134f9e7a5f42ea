/** What was taken back is in no file, whatever was written there before. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkOf } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { afterAll, expect, test, vi } from 'vitest'
import { createDiskBrokerOver } from './disk-broker.ts'
import { journalFiles } from './journal/journal-files.ts'

const root = mkdtempSync(join(tmpdir(), 'baro-purge-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const secret = 'Neither-here-nor-there'
const bounds = { size: 100_000, ttlMs: 1_000_000_000, bytes: 100 << 20 }
const tombstone = { type: 'baro:tombstone', payload: {} }
const entry = (id: string, payload: string) => ({ type: 'message', payload, id, time: 0 })

function filesWith(folder: string, text: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))
  return paths.filter((path) => {
    try {
      return statSync(path).isFile() && readFileSync(path).includes(text)
    } catch {
      // It is deleted right now.
      return false
    }
  })
}

test.each([
  ['while the process runs', false],
  ['by the next process, if that one ends before', true],
])('bytes of history and of a state leave the files %s', async (_, isRestarted) => {
  const folder = mkdtempSync(join(root, 'store-'))
  const clock = createFakeClock()
  const open = () => createDiskBrokerOver(journalFiles, { folder, clock, randomness: createSeededRandomness(1) })
  let broker = await open()
  const { delivery } = (await broker.append('room:1', [entry('the-secret', secret)], bounds)) as never as {
    delivery: { position: never }
  }
  await broker.writeCheckpoint('room:1', { position: delivery.position, version: '1', state: [secret] })
  // It goes over to the store, which then writes other files.
  await broker.close()
  broker = await open()
  for (let count = 0; count < 6_000; count++)
    await broker.append('room:2', [entry(`e-${count}`, 'x'.repeat(1_000))], bounds)
  expect(filesWith(join(folder, 'store'), secret)).not.toEqual([])
  const notice = await broker.redact(
    'room:1',
    { offset: 1, check: checkOf('the-secret') },
    tombstone,
    entry('notice', ''),
    bounds,
  )
  const position = notice?.position as never
  await broker.writeCheckpoint('room:1', { position, version: '1', state: [] })
  if (isRestarted) {
    await broker.close()
    broker = await open()
  }
  clock.advance(10_000)
  await vi.waitUntil(() => filesWith(folder, secret).length === 0, { timeout: 60_000, interval: 20 })
  const { publications } = await broker.read('room:1', { limit: 10, bytes: 1_000 })
  expect(publications.map(({ id }) => id)).toEqual(['the-secret', 'notice'])
  await broker.close()
})
