import { beforeEach, expect, test } from 'vitest'
import { parseSnapshot } from '../snapshot/database-snapshot.ts'
import { PassingMarks } from './passing-mark.ts'

const at = (xid: number) => parseSnapshot(`${xid}:${xid}:`)

/** A server: each mark takes a transaction, and a place of the log. */
let server: { epoch: string; xid: number; place: number; done: number; marks: number }
let marks: PassingMarks
const passed = (xid: number) => marks.passed(at(xid), server.epoch, BigInt(server.done))

beforeEach(() => {
  server = { epoch: 'a', xid: 100, place: 1_000, done: 0, marks: 0 }
  marks = new PassingMarks({
    query: async <Row extends object>() => {
      server.marks++
      const behind = `${server.xid}:${server.xid++}:`
      return [{ epoch: server.epoch, behind, place: `0/${(++server.place).toString(16)}` } as unknown as Row]
    },
  })
})

test('a snapshot is passed when the slot is beyond a mark that was written after it, and not before', async () => {
  expect(await passed(100)).toBeUndefined()
  server.done = server.place
  expect(await passed(100)).toBeUndefined()
  server.done = server.place + 1
  expect(await passed(100)).toEqual(at(100))
})

test('who comes back with a snapshot finds the mark of before, and older ones need none', async () => {
  await passed(100)
  await passed(100)
  await passed(90)
  expect(server.marks).toBe(1)
  server.done = server.place + 1
  expect(await passed(90)).toEqual(at(100))
  expect(server.marks).toBe(1)
})

test('a snapshot that is newer than all marks gets one of its own', async () => {
  await passed(100)
  server.done = server.place + 1
  server.xid = 150
  expect(await passed(150)).toBeUndefined()
  expect(server.marks).toBe(2)
  server.done = server.place + 1
  expect(await passed(150)).toEqual(at(150))
})

test('two who ask at once share a mark, but for one whose snapshot is newer than it', async () => {
  await Promise.all([passed(100), passed(99)])
  expect(server.marks).toBe(1)
  const asked = passed(101)
  server.xid = 200
  await Promise.all([asked, passed(200)])
  server.done = server.place + 1
  expect(await passed(200)).toBeDefined()
})

test('I7: while nothing is passed, there are few marks', async () => {
  for (let xid = 100; xid < 200; xid++) {
    server.xid = xid
    await passed(xid)
  }
  expect(server.marks).toBeLessThanOrEqual(8)
  server.done = server.place + 1
  await passed(199)
  server.done = server.place + 1
  expect(await passed(199)).toEqual(at(199))
})

test('another life of the database has other numbers: what was passed before says nothing', async () => {
  await passed(100)
  server.done = server.place + 1
  expect(await passed(50)).toBeDefined()
  server = { ...server, epoch: 'b', xid: 60 }
  expect(await passed(50)).toBeUndefined()
  server.done = server.place + 1
  expect(await passed(50)).toEqual(at(60))
})
