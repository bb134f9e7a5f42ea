import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '@baro/core/broker'
import { recover } from '@baro/core/broker'
import { orThrow, parsePosition } from '@baro/core/protocol'
import { createDiskBroker } from '@baro/disk'
import { afterAll, describe, expect, test } from 'vitest'
import { type Acknowledged, startPublishing } from './publishing.ts'

const root = mkdtempSync(join(tmpdir(), 'baro-crash-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const log = { info: () => {}, warn: () => {}, error: () => {} }
const everything = { limit: 1_000_000, bytes: 1 << 30 }

/** Every reader that was told of a publication continues right after it, and every turn that was answered stays answered. */
async function expectAllKept(broker: Broker, acknowledged: readonly Acknowledged[]): Promise<void> {
  const counts = new Map<string, number>()
  for (const [index, { channel, id, position }] of acknowledged.entries()) {
    const from = orThrow(parsePosition(position))
    if (from.kind !== 'at') throw new Error(position)
    counts.set(channel, from.offset)
    // Of the older ones every seventh.
    if (index < acknowledged.length - 100 && index % 7 > 0) continue
    const view = await broker.read(channel, { ...everything, after: from.offset - 1, limit: 1 })
    expect(view.publications[0]).toMatchObject({ id, offset: from.offset, payload: { text: id.repeat(8) } })
    const after = await broker.read(channel, { ...everything, after: from.offset, limit: 1 })
    expect(recover(from, after).outcome).toBe('recovered')
  }
  for (const [channel, number] of counts) {
    const claimed = await broker.claim(
      channel,
      { scope: 'user', turn: { producer: channel, number, confirmed: 0 } },
      { windowMs: 3_600_000, share: { of: 'user', user: 'user' } },
    )
    expect(claimed.outcome).toBe('settled')
  }
}

describe.each(['os', 'always'] as const)('a process that ends with SIGKILL while it publishes, sync: %s', (sync) => {
  test('I2, I5: loses nothing that was acknowledged, three times in a row; no reader is reset', async () => {
    const folder = join(root, `killed-${sync}`)
    for (const [round, count] of [300, 1_500, 700].entries()) {
      const publishing = startPublishing(join(folder, String(round)), sync)
      await publishing.reached(count)
      await publishing.kill()
      const broker = await createDiskBroker({ folder: join(folder, String(round)), log })
      await expectAllKept(broker, publishing.acknowledged)
      await broker.close()
    }
  })
})

describe('a copy of the folder', () => {
  test('I2: of any moment has all that was acknowledged before, with sync: always', async () => {
    const folder = join(root, 'copied')
    const publishing = startPublishing(folder, 'always')
    for (const count of [1, 100, 200, 350, 500, 700, 900, 1_200, 1_600]) {
      await publishing.reached(count)
      process.kill(publishing.pid, 'SIGSTOP')
      const acknowledged = [...publishing.acknowledged]
      const copy = join(root, `copy-${count}`)
      cpSync(folder, copy, { recursive: true })
      process.kill(publishing.pid, 'SIGCONT')
      const broker = await createDiskBroker({ folder: copy, log })
      await expectAllKept(broker, acknowledged)
      await broker.close()
    }
    await publishing.kill()
  })
})

describe('the lock', () => {
  test('a second process waits, and then says who has the folder and what to do', async () => {
    const folder = join(root, 'locked')
    const publishing = startPublishing(folder, 'os')
    await publishing.ready
    await expect(createDiskBroker({ folder, lockWaitMs: 300, log })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(new RegExp(`in use by process ${publishing.pid} on .*stop the other one`)),
    })
    const waiting = createDiskBroker({ folder, lockWaitMs: 60_000, log })
    await publishing.kill()
    const broker = await waiting
    await expectAllKept(broker, publishing.acknowledged)
    await broker.close()
  })

  test('a broker of this process counts as well; one that closed has given the folder free', async () => {
    const folder = join(root, 'twice')
    const broker = await createDiskBroker({ folder, log })
    await expect(createDiskBroker({ folder, lockWaitMs: 0, log })).rejects.toMatchObject({ code: 'unavailable' })
    await broker.close()
    await (await createDiskBroker({ folder, lockWaitMs: 0, log })).close()
  })
})
