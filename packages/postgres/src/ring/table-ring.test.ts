/** A view of a ring over a memory broker: what moves it, where it stands, and where a batch ends. */
import { type Broker, systemClock } from '@baro/core/broker'
import { createMemoryBroker } from '@baro/server'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseSnapshot, sees } from '../snapshot/database-snapshot.ts'
import { table } from '../table/table.ts'
import { type LoggedChange, ringEntry, ringOf, startEntry } from './ring-entry.ts'
import { FeedPassing, rowsAfter } from './rows-after.ts'
import { RingView, TableRing } from './table-ring.ts'

const notes = table('public.notes', { key: ['id'], columns: { id: 'integer', team: 'text' }, filters: ['team'] })
const shape = { ...notes.table, history: notes.history }
const name = ringOf('public.notes')
const log = { info() {}, warn() {}, error() {} }

let broker: Broker
let ring: TableRing
let written: number

beforeEach(async () => {
  broker = createMemoryBroker()
  ring = new TableRing({ broker, clock: systemClock, log, table: shape })
  written = 0
  await broker.append(name, [startEntry('10:10:', { id: 'start', time: 0 })], shape.history)
})

const insert = (xid: number, id: number, team: string, isLast = true): LoggedChange => ({
  ...{ kind: 'insert', xid: BigInt(xid), isLast },
  new: { id: String(id), team },
})

async function append(...changes: readonly LoggedChange[]): Promise<void> {
  const entries = changes.map((change) => ringEntry(change, { id: `change-${written++}`, time: 0 }))
  await broker.append(name, entries, shape.history)
}

const viewOf = (filter?: Parameters<typeof notes>[0]) => {
  const { channel } = notes(filter)
  return new RingView(channel, ring, notes.conditions({ filter: channel.split(':')[2] ?? '' }))
}
const after = (view: RingView, snapshot: string, bytes = 1 << 20) =>
  rowsAfter(
    new FeedPassing(
      {
        progress: async () => ({ finished: parseSnapshot('1:1:'), recorded: parseSnapshot('99:99:'), hasPassed: true }),
      },
      ring,
    ),
    ...[ring, view, parseSnapshot(snapshot), bytes, sees],
  )

describe('a view of a ring', () => {
  test('I10: its head moves with its own rows alone', async () => {
    const red = viewOf({ team: 'red' })
    await append(insert(11, 1, 'red'), insert(12, 2, 'blue'), insert(13, 3, 'blue'))
    expect((await red.head()).offset).toBe(2)
    expect((await viewOf().head()).offset).toBe(4)
  })

  test('I10: its head stands behind a change that cannot be read, or a page from before would be served as current', async () => {
    const red = viewOf({ team: 'red' })
    await append(insert(11, 1, 'red'))
    await append({ ...insert(12, 2, 'red'), new: { id: '2', crew: 'red' } })
    expect((await red.head()).offset).toBe(3)
    await append(insert(13, 3, 'blue'))
    expect((await red.head()).offset).toBe(3)
  })

  test('I2: a delivery that brings nothing is not told, and the next one follows all the same', async () => {
    const red = viewOf({ team: 'red' })
    const told: unknown[] = []
    await red.follow({
      deliver: ({ follows, position, publications }) =>
        told.push([follows.offset, position.offset, publications.map(({ offset }) => offset)]),
      signal() {},
      lost: () => told.push('lost'),
    })
    await red.read({ limit: 0, bytes: 0 })
    await append(insert(11, 1, 'blue'))
    await append(insert(12, 2, 'red'), insert(12, 3, 'blue'))
    await append(insert(13, 4, 'red'))
    expect(told).toEqual([
      [1, 4, [3]],
      [4, 5, [5]],
    ])
  })

  test('I12: what follows a snapshot is what it does not see, and it leads to a place behind all that it sees', async () => {
    await append(insert(12, 1, 'red'), insert(11, 2, 'red'), insert(13, 3, 'red'))
    expect(await after(viewOf(), '11:13:11')).toMatchObject({
      publications: [{ payload: { key: { id: 2 } } }, { payload: { key: { id: 3 } } }],
      from: { offset: 2 },
      upTo: { offset: 4 },
    })
    expect(await after(viewOf({ team: 'blue' }), '11:13:11')).toMatchObject({ publications: [], from: { offset: 4 } })
  })

  test('I12: a snapshot from before the table began is reset, and so is one of which something is gone', async () => {
    await append(insert(11, 1, 'red'))
    expect(await after(viewOf(), '9:9:')).toBeUndefined()
    expect(await after(viewOf(), '9:12:9')).toBeUndefined()
    expect(await after(viewOf(), '10:10:')).toMatchObject({ publications: [{ offset: 2 }] })
  })

  test('I12: what follows a snapshot costs what came since, however much is kept', async () => {
    for (let xid = 11; xid < 1_011; xid++)
      await broker.append(
        name,
        [ringEntry(insert(xid, xid, 'red'), { id: `round-${xid}`, time: 0, from: `${xid}:${xid}:` })],
        shape.history,
      )
    let read = 0
    const counting: Broker = Object.create(broker, {
      read: {
        value: async (...args: Parameters<Broker['read']>) => {
          const view = await broker.read(...args)
          read += view.publications.length
          return view
        },
      },
    })
    ring = new TableRing({ broker: counting, clock: systemClock, log, table: shape })
    for (const [snapshot, follow] of [
      ['1011:1011:', 0],
      ['1000:1000:', 11],
      ['700:700:', 311],
      ['11:11:', 1_000],
    ] as const) {
      read = 0
      const found = await after(viewOf(), snapshot)
      expect([found?.publications.length, found?.from?.offset]).toEqual([follow, 1_001 - follow])
      expect(read).toBeLessThan(follow + 600)
    }
    expect(await after(viewOf(), '9:9:')).toBeUndefined()
  })

  test('I2: whoever stands before a beginning cannot go on', async () => {
    await append(insert(11, 1, 'red'))
    await broker.append(name, [startEntry('20:20:', { id: 'start-2', time: 0 })], shape.history)
    await append(insert(21, 2, 'red'))
    expect((await viewOf().read({ after: 1, limit: 10, bytes: 1 << 20 })).floor).toBe(3)
    expect((await viewOf().read({ after: 3, limit: 10, bytes: 1 << 20 })).floor).toBe(0)
  })

  test('a read ends behind a whole transaction, unless one is larger than all that may be read at once', async () => {
    await append(...Array.from({ length: 700 }, (_, id) => insert(11, id, 'red', id === 699)))
    await append(insert(12, 1, 'blue'))
    await append(...Array.from({ length: 700 }, (_, id) => insert(13, id, 'red', id === 699)))
    expect((await viewOf().read({ after: 1, limit: 10, bytes: 1 << 20 })).upTo.offset).toBe(702)
    const cut = await viewOf().read({ after: 1, limit: 10, bytes: 10_000 })
    expect([cut.upTo.offset > 1, cut.upTo.offset < 700]).toEqual([true, true])
  })
})
