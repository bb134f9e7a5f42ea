import { type AtPosition, startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { type ReaderEvent, type ReaderState, readerTransition } from './reader-machine.ts'

const at = (offset: number): AtPosition => ({ kind: 'at', epoch: 'e', offset, check: 'check' })
const reading: ReaderState = { name: 'reading', position: startOf('e') }
const live: ReaderState = { name: 'live' }
const waiting: ReaderState = { name: 'waiting', position: at(3) }
const ended: ReaderState = { name: 'ended' }
const states = [reading, live, waiting, ended]

const answered = (atHead: boolean, hasRoom: boolean): ReaderEvent => ({
  name: 'answered',
  position: at(5),
  atHead,
  hasRoom,
})
const events: readonly ReaderEvent[] = [
  { name: 'crowded' },
  answered(true, true),
  answered(true, false),
  answered(false, true),
  answered(false, false),
  { name: 'cut', position: at(5) },
  { name: 'drained' },
  { name: 'stale', position: at(5) },
  { name: 'end' },
]

// Each state with each event that means something there. Every other pair changes nothing.
const table: readonly [ReaderState, ReaderEvent, ReaderState, readonly string[]][] = [
  [reading, { name: 'crowded' }, { name: 'waiting', position: startOf('e') }, ['wait']],
  [reading, answered(true, true), live, ['join']],
  [reading, answered(true, false), live, ['join']],
  [reading, answered(false, true), { name: 'reading', position: at(5) }, ['read']],
  [reading, answered(false, false), { name: 'waiting', position: at(5) }, ['wait']],
  [reading, { name: 'end' }, ended, []],
  [live, { name: 'cut', position: at(5) }, { name: 'waiting', position: at(5) }, ['leave', 'wait']],
  [live, { name: 'stale', position: at(5) }, { name: 'reading', position: at(5) }, ['leave', 'read']],
  [live, { name: 'end' }, ended, ['leave']],
  [waiting, { name: 'drained' }, { name: 'reading', position: at(3) }, ['read']],
  [waiting, { name: 'end' }, ended, ['stop-waiting']],
  [ended, { name: 'end' }, ended, []],
]

describe('the reader machine', () => {
  for (const [state, event, next, actions] of table)
    test(`${state.name}: ${event.name} leads to ${next.name}`, () => {
      expect(readerTransition(state, event)).toEqual({ state: next, actions })
    })

  const said = new Set(table.map(([state, event]) => JSON.stringify([state.name, event])))
  const unsaid = states.flatMap((state) =>
    events.filter((event) => !said.has(JSON.stringify([state.name, event]))).map((event) => [state, event] as const),
  )

  test('is total: every other pair is tested below', () => {
    expect(unsaid).toHaveLength(states.length * events.length - table.length)
  })

  for (const [state, event] of unsaid)
    test(`${state.name}: an unexpected ${event.name} changes nothing`, () => {
      expect(readerTransition(state, event)).toEqual({ state, actions: [] })
    })
})
