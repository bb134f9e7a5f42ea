/** I11: a publication made in a transaction exists if and only if the transaction commits. */
import { type AnyChannel, channel, type Log, type Schema } from '@baro/core'
import type { Broker } from '@baro/core/broker'
import { createHub, createMemoryBroker, type Hub } from '@baro/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../test/eventually.ts'
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
const warnings: string[] = []
const log: Log = { info() {}, warn: (_fields, text) => void warnings.push(text), error() {} }

let database: TestDatabase
let feed: CaptureKind
let hub: Hub

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.end())
beforeEach(async () => {
  warnings.length = 0
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

/** So many feeds are led. */
const leads = async (feeds: number) => {
  for (;;) {
    const { rows } = await database.pool.query('select feed from baro.feeds').catch(() => ({ rows: [] }))
    if (rows.length >= feeds) return
  }
}
const begun = () => leads(1)

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

  describe('in a rolling deploy that adds a channel', () => {
    const invoice = channel('invoice:{id}', {
      events: { paid: text },
      state: { initial: (): string[] => [], on: { paid: (list, { payload }) => [...list, payload] } },
      history: { size: 1 },
    })
    const receipt = channel('receipt:{id}', { events: { paid: text }, history: { size: 1 } })
    let broker: Broker
    const start = (channels: readonly AnyChannel[]) => {
      const node = createHub({
        ...{ channels, broker, log },
        database: createDatabase(database.pool, { feed, pollIntervalMs: 50 }),
      })
      hubs.push(node)
      return node
    }
    const register = (node: Hub) => {
      node.on(order, { access: 'public' })
      node.on(invoice, { access: 'public' })
      node.on(receipt, { access: 'public' })
    }
    const newest = async (name: string) =>
      (await broker.read(name, { limit: 10, bytes: 1 << 20 })).publications.map(({ payload }) => payload)
    const hubs: Hub[] = []

    beforeEach(async () => {
      broker = createMemoryBroker()
      await begun()
    })
    afterEach(async () => {
      for (const node of hubs.splice(0)) await node.close()
    })

    test('I11: what is for a channel that the node that leads does not have is in the channel, once, when it is said to be', async () => {
      const older = start([order])
      older.on(order, { access: 'public' })
      await leads(2)
      const newer = start([order, invoice, receipt])
      register(newer)
      const [, , id = ''] = await inTransaction('commit', async (tx) => [
        await publish(tx, receipt({ id: 1 }), 'paid', 'one'),
        await publish(tx, invoice({ id: 1 }), 'paid', 'one'),
        await publish(tx, invoice({ id: 1 }), 'paid', 'two'),
      ])
      await newer.published(id)
      expect(await newest('invoice:1')).toEqual(['one', 'two'])
      const later = await inTransaction('commit', async (tx) => {
        await publish(tx, receipt({ id: 1 }), 'paid', 'two')
        return publish(tx, invoice({ id: 1 }), 'paid', 'three')
      })
      await newer.published(later)
      // Where no state is folded, as much is kept as the definition says.
      expect(await newest('receipt:1')).toEqual(['two'])
      expect((await newer.snapshot(invoice({ id: 1 }))).value).toEqual(['one', 'two', 'three'])
      await older.close()
      const last = await inTransaction('commit', (tx) => publish(tx, invoice({ id: 1 }), 'paid', 'four'))
      await newer.published(last)
      expect((await newer.snapshot(invoice({ id: 1 }))).value).toEqual(['one', 'two', 'three', 'four'])
    })

    test('I11: what comes while a hub that leads still waits for its handlers is not lost', async () => {
      const node = start([order, invoice, receipt])
      await leads(2)
      const id = await inTransaction('commit', (tx) => publish(tx, invoice({ id: 2 }), 'paid', 'one'))
      await expect(node.published(id)).rejects.toMatchObject({ code: 'bad-definition' })
      await eventually(async () => expect(await newest('invoice:2')).toEqual(['one']))
      register(node)
      await node.published(id)
      expect((await node.snapshot(invoice({ id: 2 }))).value).toEqual(['one'])
    })
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
    expect(warnings).toEqual([expect.stringContaining('"elsewhere:1", which is no channel of this hub')])
  })
})
