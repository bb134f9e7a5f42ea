import { expect, it } from 'vitest'
import { channel } from './channel.ts'
import { definitionOf } from './reference.ts'
import { isSnapshot } from './snapshot.ts'

const room = channel('room:{id}')

it('a reference is plain: nothing but its channel, and the same after it travelled', () => {
  const reference = room({ id: 42 })
  expect(reference).toStrictEqual({ channel: 'room:42' })
  expect(Reflect.ownKeys(reference)).toEqual(['channel'])
  expect(Object.getPrototypeOf(reference)).toBe(Object.prototype)
  expect(JSON.parse(JSON.stringify(reference))).toStrictEqual(reference)
  expect(structuredClone(reference)).toStrictEqual(reference)
})

it('the definition of a reference is found for the object it made, and for no copy', () => {
  const reference = room({ id: 42 })
  expect(definitionOf(reference)).toBe(room)
  expect(definitionOf({ ...reference })).toBeUndefined()
})

it('a snapshot is told from a reference by its position', () => {
  const reference = room({ id: 42 })
  expect(isSnapshot(reference)).toBe(false)
  expect(isSnapshot({ ...reference, position: 'none', version: '1', value: undefined })).toBe(true)
})
