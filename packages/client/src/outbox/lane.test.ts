import { describe, expect, it } from 'vitest'
import { type Entry, emptyLane, type Lane, type LaneEvent, laneTransition } from './lane.ts'

const terms = {
  session: 's',
  heartbeatIntervalMs: 25_000,
  maxMessageBytes: 100,
  publishWindowMs: 10_000,
  claimsEpoch: 'claims1',
}

function add(id: string, changes: Partial<Entry> = {}): LaneEvent {
  const message = { type: 'baro:publish', payload: { id, channel: 'a', type: 'b', payload: 1 } } as const
  return { type: 'add', entry: { message, bytes: 10, hasTurn: false, settle() {}, ...changes } }
}
const turn = (id: string) => add(id, { hasTurn: true })
function request(id: string): LaneEvent {
  return add(id, { message: { type: 'baro:request', payload: { id, channel: 'a', type: 'b', payload: 1 } } })
}
const cut: LaneEvent = { type: 'link-down' }
const connected: LaneEvent = { type: 'baro:connected', payload: terms }
function failed(id: string, code: string): LaneEvent {
  return { type: 'baro:error', payload: { id, channel: 'a', code, message: code } }
}
const moments = [undefined, terms, { ...terms, claimsEpoch: 'claims2' }].flatMap((open) =>
  [true, false].map((isOrdered) => ({ elapsedMs: 1, terms: open, isOrdered })),
)

/** A lane to which these things have happened, on a link that is open up to a cut. */
function after(...events: LaneEvent[]): Lane {
  let open: typeof terms | undefined
  let lane = emptyLane
  for (const event of events) {
    if (event.type === 'baro:connected') open = terms
    if (event.type === 'link-down') open = undefined
    lane = laneTransition(lane, event, { elapsedMs: 0, terms: open, isOrdered: true }).state
  }
  return lane
}

describe('a lane is total', () => {
  const nobody: readonly LaneEvent[] = [
    { type: 'baro:published', payload: { id: 'nobody', channel: 'a' } },
    { type: 'baro:answer', payload: { id: 'nobody', channel: 'a', payload: 1 } },
    failed('nobody', 'in-progress'),
    failed('nobody', 'out-of-turn'),
    failed('nobody', 'unknown-outcome'),
    { type: 'baro:error', payload: { code: 'refused', message: 'about nothing of ours' } },
  ]
  const everything = [
    ...([add('z'), turn('y'), request('r'), connected, cut, { type: 'due' }, { type: 'close' }] as const),
    ...[failed('a', 'out-of-turn'), failed('b', 'rate-limited'), failed('q', 'unavailable'), ...nobody],
  ]
  const lanes: Readonly<Record<string, Lane>> = {
    empty: emptyLane,
    waiting: after(add('a'), turn('b'), request('q')),
    'in flight': after(connected, add('a'), turn('b'), request('q')),
    'not now': after(connected, turn('a'), failed('a', 'in-progress'), turn('b')),
    'cut off': after(connected, add('a'), turn('b'), cut),
    over: after(connected, turn('a'), turn('b'), failed('a', 'out-of-turn')),
    'over and cut off': after(connected, turn('a'), turn('b'), failed('a', 'out-of-turn'), cut),
    answered: after(connected, turn('a'), { type: 'baro:published', payload: { id: 'a', channel: 'a' } }),
  }

  it.each(Object.entries(lanes))('%s takes every event, and answers nobody twice', (_, lane) => {
    for (const event of everything)
      for (const moment of moments) {
        const next = laneTransition(lane, event, moment)
        const settled = next.actions.filter((action) => 'settle' in action).length
        const before = lane.entries.length + (event.type === 'add' ? 1 : 0)
        expect(next.state.entries.length + settled).toBe(before)
      }
  })

  it.each(Object.entries(lanes))('%s is not changed by an answer to somebody else', (_, lane) => {
    for (const event of nobody) {
      const next = laneTransition(lane, event, { elapsedMs: 1, terms: undefined, isOrdered: true })
      expect(next.state.entries).toEqual(lane.entries)
      expect(next.actions).toEqual([])
    }
  })

  it.each(Object.entries(lanes))('%s: without a link nothing is sent', (_, lane) => {
    for (const event of everything) {
      const { actions } = laneTransition(lane, event, { elapsedMs: 1, terms: undefined, isOrdered: true })
      expect(actions.filter((action) => 'message' in action)).toEqual([])
    }
  })
})

it('only a lane that has given numbers has something to remember once it is empty', () => {
  expect(after(connected, request('q'), failed('q', 'refused'))).toMatchObject({ entries: [], number: 0 })
  expect(after(connected, turn('a'), failed('a', 'refused'))).toMatchObject({ entries: [], number: 1 })
  const idle = after(connected, turn('a'), failed('a', 'refused'))
  expect(laneTransition(idle, { type: 'due' }, { elapsedMs: 9_001, terms, isOrdered: true }).state.number).toBe(0)
})
