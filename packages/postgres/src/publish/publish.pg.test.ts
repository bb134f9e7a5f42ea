/** I11: a publication made in a transaction exists if and only if the transaction commits. */
import { channel, type Log, type Schema } from '@baro/core'
import { createHub, type Hub } from '@baro/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/test-database.ts'
import { createDatabase } from '../database/create-database.ts'
import type { CaptureKind } from '../feed/capture.ts'
import { publish } from './publish.ts'

const text: Schema<string> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (typeof value === 'string' ? { value } : { issues: [{ message: 'no text' }] }),
  },
}
const order = channel('order:{id}', {
  events: { paid: text },
  state: { initial: (): string[] => [], on: { paid: (list, { payload }) => [...list, payload] } },
})
const errors: string[] = []
const log: Log = { info() {}, warn() {}, error: (_fields, text) => void errors.push(text) }

let database: TestDatabase
let feed: CaptureKind
let hub: Hub

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())
beforeEach(async () => {
  errors.length = 0
  hub = createHub({ channels: [order], database: createDatabase(database.pool, { feed, pollIntervalMs: 50 }), log })
  hub.on(order, { access: 'public' })
})
afterEach(async () => {
  await hub.close()
  await database.clear()
})

async function inTransaction<T>(
  end: 'commit' | 'rollback',
  work: (tx: { query(sql: string, values?: unknown[]): Promise<unknown> }) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query(end)
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

const begun = async () => {
  for (;;) {
    const { rows } = await database.pool.query('select feed from baro.feeds').catch(() => ({ rows: [] }))
    if (rows.length > 0) return
  }
}

describe.each<CaptureKind>(['replication', 'triggers'])('beside a feed by %s', (each) => {
  beforeAll(() => {
    feed = each
  })

  test('I11: it is in the channel after the commit, once and in order, and never after a rollback', async () => {
    await begun()
    await inTransaction('rollback', (tx) => publish(tx, order({ id: 1 }), 'paid', 'never'))
    const ids = await inTransaction('commit', async (tx) => [
      await publish(tx, order({ id: 1 }), 'paid', 'one \0'),
      await publish(tx, order({ id: 1 }), 'paid', 'two'),
    ])
    await hub.published(ids[1] ?? '')
    expect((await hub.snapshot(order({ id: 1 }))).value).toEqual(['one \0', 'two'])
  })

  test('I11: nobody waits for what was rolled back, and an id of something else is refused', async () => {
    await begun()
    const id = await inTransaction('rollback', (tx) => publish(tx, order({ id: 1 }), 'paid', 'never'))
    await expect(hub.published(id)).rejects.toMatchObject({ code: 'bad-id' })
    await expect(hub.published('1; drop table')).rejects.toMatchObject({ code: 'bad-id' })
  })

  test('a payload that is not valid fails before anything is logged', async () => {
    await begun()
    await expect(
      inTransaction('commit', (tx) => publish(tx, order({ id: 1 }), 'paid', 7 as never)),
    ).rejects.toMatchObject({ code: 'invalid-payload' })
    await expect(
      inTransaction('commit', (tx) => publish(tx, { channel: 'order:1' }, 'paid' as never, 'x' as never)),
    ).rejects.toMatchObject({ code: 'not-accepted' })
  })

  test('what is for a channel that the hub does not have is an error for who waits, and in the log', async () => {
    await begun()
    const elsewhere = channel('elsewhere:{id}', { events: { paid: text } })
    const ids = await inTransaction('commit', async (tx) => [
      await publish(tx, elsewhere({ id: 1 }), 'paid', 'one'),
      await publish(tx, order({ id: 1 }), 'paid', 'two'),
    ])
    await expect(hub.published(ids[0] ?? '')).rejects.toMatchObject({ code: 'unknown-channel' })
    await hub.published(ids[1] ?? '')
    expect(errors).toEqual([expect.stringContaining('"elsewhere:1", which is no channel of this hub')])
  })
})
