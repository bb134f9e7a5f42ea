/** The test command has forty, `npm run test:long` two hundred, and `BARO_DAMAGES=1000 npx vitest run tests/disk/damage.test.ts` as many as one wants. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { BaroError, type Publication } from '@baro/core'
import { recover } from '@baro/core/broker'
import { positionAfter } from '@baro/core/protocol'
import { createDiskBroker, type DiskBroker } from '@baro/disk'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { afterAll, describe, expect, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'baro-damage-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const log = { info: () => {}, warn: () => {}, error: () => {} }
const bounds = { size: 30, ttlMs: 86_400_000, bytes: 1 << 20 }
const everything = { after: 0, limit: 10_000, bytes: 1 << 26 }
const damages = Number(process.env.BARO_DAMAGES ?? (process.env.BARO_WHOLE ? 200 : 40))
const rooms = Array.from({ length: 6 }, (_, index) => `room:${index}`)

interface Written {
  readonly epoch: string
  readonly publications: Publication[]
}

/** Publishes to all rooms; the folder is copied with the broker still at work, as a process would leave it. */
async function write(folder: string, copies: readonly string[]): Promise<ReadonlyMap<string, Written>> {
  const clock = createFakeClock()
  const broker = await createDiskBroker({ folder, clock, randomness: createSeededRandomness('damage'), log })
  const written = new Map<string, Written>()
  for (const copy of copies) {
    for (let count = 0; count < 400; count++) {
      // Most of it is in the store by then, and the rest in the journal.
      if (count === 300) await clock.pass(10_000)

      const channel = rooms[count % rooms.length] ?? ''
      const id = `${copy.slice(-1)}-${String(count).padStart(10, '0')}`
      const entry = { type: 'message', payload: { id, text: id.repeat(40) }, id, time: count }
      const appended = await broker.append(channel, [entry], bounds)
      if (appended.outcome !== 'appended') throw new Error(appended.outcome)
      const { delivery } = appended
      const of = written.get(channel) ?? { epoch: delivery.position.epoch, publications: [] }
      of.publications.push(...delivery.publications)
      written.set(channel, of)
    }
    cpSync(folder, copy, { recursive: true })
  }
  await broker.close()
  return written
}

/** No reader is told something wrong: what stands at a position that is still good is what stood there. */
async function expectRight(broker: DiskBroker, written: ReadonlyMap<string, Written>): Promise<'all' | 'less'> {
  let found: 'all' | 'less' = 'all'
  for (const [channel, { epoch, publications }] of written) {
    const entry = { type: 'message', payload: 'new', id: `new-${channel}-in-its-place`, time: 0 }
    await broker.append(channel, [entry], bounds)
    const now = await broker.read(channel, everything)
    const standing = new Map(now.publications.map((publication) => [publication.offset, publication]))
    for (const publication of publications.filter((_, index) => index % 7 === 0 || index > publications.length - 9)) {
      const position = positionAfter(epoch, publication)
      const view = await broker.read(channel, { ...everything, after: publication.offset })
      const recovery = recover(position, view)
      if (recovery.outcome === 'reset') {
        if (recovery.reason !== 'trimmed') found = 'less'
        continue
      }
      // Everybody after it is one of those that were written, or new; and none is left out.
      if (standing.has(publication.offset)) expect(standing.get(publication.offset)).toEqual(publication)
      expect(recovery.publications.map(({ offset }) => offset)).toEqual(
        Array.from({ length: now.head.offset - publication.offset }, (_, index) => publication.offset + 1 + index),
      )
      for (const { offset, id, payload } of recovery.publications)
        if (payload === 'new') expect(offset).toBe(now.head.offset)
        else expect(publications[offset - 1]).toMatchObject({ id, payload })
    }
  }
  return found
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => !/LOG(\.old)?$|LOCK$|owner$/.test(path) && statSync(path).size > 0)
    .sort()
}

describe('a store that was damaged', () => {
  test(`I4: ${damages} truncations and bit flips: each start is right, or refused with what to do`, async () => {
    const copies = [join(root, 'copy-1'), join(root, 'copy-2')]
    const written = await write(join(root, 'store'), copies)
    const chance = createSeededRandomness(`damages ${process.env.BARO_SEED ?? 1}`)
    const below = (end: number) => Math.floor(chance.fraction() * end)
    const outcomes = { refused: 0, all: 0, less: 0 }
    for (let count = 0; count < damages; count++) {
      const folder = join(root, 'damaged')
      rmSync(folder, { recursive: true, force: true })
      cpSync(copies[1] ?? '', folder, { recursive: true })
      const files = filesIn(folder)
      const path = files[below(files.length)] ?? ''
      const bytes = readFileSync(path)
      const at = below(bytes.length)
      const isCut = below(2) === 0
      if (!isCut) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8))
      writeFileSync(path, isCut ? bytes.subarray(0, at) : bytes)
      const what = `${count}: ${isCut ? 'cut' : 'flip'} at ${at} of ${bytes.length} in ${relative(folder, path)}`
      try {
        const broker = await createDiskBroker({ folder, clock: createFakeClock(), log })
        outcomes[await expectRight(broker, written)]++
        await broker.close()
      } catch (error) {
        if (!(error instanceof BaroError)) throw new Error(what, { cause: error })
        expect(error).toMatchObject({
          code: 'unavailable',
          message: expect.stringContaining('Put a copy of the folder back'),
        })
        outcomes.refused++
      }
    }
    process.stdout.write(`\n${damages} damages: ${JSON.stringify(outcomes)}\n`)
    expect(outcomes.refused).toBeGreaterThan(0)
    expect(outcomes.less).toBeGreaterThan(0)
  })
})
