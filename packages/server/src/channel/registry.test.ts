import { channel } from '@baro/core'
import { orThrow } from '@baro/core/protocol'
import { expect, test } from 'vitest'
import { createRegistry } from './registry.ts'
import { loaded } from './snapshot-source.ts'

const events = {}

test('a name is looked at once, and no handler may write into the parameters that others get too', () => {
  const registry = createRegistry([channel('room:{id}', { events })])
  const room = channel('room:{id}', { events })
  expect(registry.resolve('room:1').ok).toBe(false)
  registry.register(room, { access: 'public' })
  const found = orThrow(registry.resolve('room:1'))
  expect(registry.resolve('room:1')).toEqual({ ok: true, value: found })
  expect(orThrow(registry.resolve('room:1'))).toBe(found)
  expect(() => Object.assign(found.params, { id: '2' })).toThrow(TypeError)
})

test('a rule for a parameter is asked each time', () => {
  const rooms = new Set(['1'])
  const room = channel('room:{id}', { events, params: { id: (id) => rooms.has(id) } })
  const registry = createRegistry([room])
  registry.register(room, { access: 'public' })
  expect(registry.resolve('room:1').ok).toBe(true)
  rooms.delete('1')
  expect(registry.resolve('room:1').ok).toBe(false)
})

test('I7: strangers may ask for any number of names', () => {
  const room = channel('room:{id}', { events })
  const registry = createRegistry([room])
  registry.register(room, { access: 'public' })
  const first = orThrow(registry.resolve('room:0'))
  for (let count = 1; count <= 1_000; count++) registry.resolve(`room:${count}`)
  expect(orThrow(registry.resolve('room:0'))).not.toBe(first)
})

test('a snapshot that the channel cannot have is refused at the start, not at its first page', () => {
  const rows = Object.assign(channel('rows:{id}', { events }), { table: {} })
  const room = channel('room:{id}', { events })
  const registry = createRegistry([rows, room])
  const load = loaded(() => null as never)
  expect(() => registry.register(rows, { access: 'public', snapshot: load })).toThrow('cannot be loaded. Use queried()')
  expect(() => registry.register(room, { access: 'public', snapshot: { kind: 'queried' } })).toThrow(
    'cannot be queried. Use loaded()',
  )
  registry.register(rows, { access: 'public', snapshot: { kind: 'queried' } })
  registry.register(room, { access: 'public', snapshot: load })
})
