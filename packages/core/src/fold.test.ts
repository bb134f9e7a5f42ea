import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { channel } from './channel.ts'
import { fold } from './fold.ts'
import type { Publication } from './publication.ts'

const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string() }), cleared: z.object({}), ignored: z.object({}) },
  state: {
    initial: (): readonly string[] => [],
    on: {
      message: (list, { payload, by }) => {
        if (payload.text === 'boom') throw new Error('boom')
        return [...list, `${by ?? 'guest'}: ${payload.text}`]
      },
      cleared: () => [],
    },
  },
})

const publication = (type: string, payload: Publication['payload'] = {}): Publication => ({
  type,
  payload,
  offset: 1,
  id: 'id',
  time: 0,
  by: 'ada',
})

it('a publication goes through the reducer of its type', () => {
  expect(fold(room, ['old'], publication('message', { text: 'hi' }))).toEqual(['old', 'ada: hi'])
  expect(fold(room, ['old'], publication('cleared'))).toEqual([])
})

it('a publication without a reducer leaves the very same state', () => {
  const state = ['old']
  expect(fold(room, state, publication('ignored'))).toBe(state)
  expect(fold(room, state, publication('never defined'))).toBe(state)
})

it('a reducer that throws skips its publication, says why, and leaves the very same state', () => {
  const state = ['old']
  const skipped = vi.fn()
  expect(fold(room, state, publication('message', { text: 'boom' }), skipped)).toBe(state)
  expect(skipped.mock.calls).toEqual([[publication('message', { text: 'boom' }), new Error('boom')]])
})

it('a payload the reducer cannot read skips its publication like any other throw', () => {
  const state = ['old']
  const skipped = vi.fn()
  expect(fold(room, state, publication('message', null), skipped)).toBe(state)
  expect(skipped.mock.calls).toEqual([[publication('message', null), expect.any(TypeError)]])
})

it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'the type %j finds no reducer on a prototype',
  (type) => {
    const state = ['old']
    expect(fold(room, state, publication(type))).toBe(state)
  },
)

it('a reducer that is left undefined is none, and leaves the very same state', () => {
  const state = ['old']
  const partial = { ...room, state: { initial: () => state, on: { message: undefined } } } as unknown as typeof room
  expect(fold(partial, state, publication('message', { text: 'hi' }))).toBe(state)
})

it('a channel without a state folds nothing', () => {
  expect(fold(channel('plain'), undefined, publication('message'))).toBe(undefined)
})
