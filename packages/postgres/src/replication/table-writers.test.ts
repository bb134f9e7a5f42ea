import { beforeEach, expect, test } from 'vitest'
import { TableWriters } from './table-writers.ts'

let writing: string[]
let writers: TableWriters
const database = {
  query: async <Row extends object>() => writing.map((writer) => ({ writer }) as unknown as Row),
}
const remain = (mark = '1') => writers.remain(database, { name: 'public.notes', mark })

beforeEach(() => {
  writing = []
  writers = new TableWriters()
})

test('those of the first time are waited for, and nobody who came later', async () => {
  writing = ['3/1', '4/1']
  expect(await remain()).toBe(true)
  writing = ['4/1', '5/9']
  expect(await remain()).toBe(true)
  writing = ['5/9']
  expect(await remain()).toBe(false)
  writing = ['6/1']
  expect(await remain()).toBe(false)
})

test('another mark, and a table that has to begin again, ask anew', async () => {
  expect(await remain()).toBe(false)
  writing = ['3/1']
  expect(await remain('2')).toBe(true)
  expect(await remain()).toBe(false)
  writers.forget('public.notes')
  expect(await remain()).toBe(true)
})
