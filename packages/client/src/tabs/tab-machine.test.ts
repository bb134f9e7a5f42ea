import type { ServerMessage } from '@baro/core/protocol'
import { describe, expect, it } from 'vitest'
import { moved } from '../ports/transport.ts'
import { startTab, type TabAction, type TabEvent, type TabState, tabTransition } from './tab-machine.ts'
import type { FromLeader } from './tab-message.ts'

const me = 'me'
const said = (changes: Partial<FromLeader> = {}): TabEvent => ({
  type: 'said',
  said: { leader: 'first', isOpen: true, rung: 'sse', secret: 'ours', ...changes },
})
const delivery: ServerMessage = {
  type: 'baro:publications',
  payload: { channel: 'a', follows: 'p1', position: 'p2', publications: [] },
}
const answer: ServerMessage = {
  type: 'baro:recovered',
  payload: { channel: 'a', attempt: 1, follows: 'p0', position: 'p1', publications: [] },
}
const drain: ServerMessage = { type: 'baro:drain', payload: { reconnectInMs: 7 } }

const states: Readonly<Record<TabState['name'], TabState>> = {
  waiting: startTab({}),
  leading: { name: 'leading' },
  following: { name: 'following', leader: 'first', rung: 'sse', secret: 'ours', isAsked: false, dueInMs: 8_000 },
  over: { name: 'over' },
}
const names = ['waiting', 'leading', 'following', 'over'] as const

const events = {
  granted: { type: 'granted' },
  refused: { type: 'refused' },
  due: { type: 'due' },
  close: { type: 'close' },
  doubted: { type: 'doubted' },
  'the leader is there': said(),
  'a leader is there, and not open': said({ isOpen: false }),
  'another leads': said({ leader: 'second' }),
  'it speaks for somebody else': said({ to: me, message: null }),
  'it speaks for somebody else, another tab is told': said({ to: 'you', message: null }),
  'the hub says something to all': said({ message: delivery }),
  'the hub drains': said({ message: drain }),
} as const satisfies Readonly<Record<string, TabEvent>>

// Where each event leads from each state; '·' changes nothing, not even the object; 'back': the client is told to come back.
const table: Readonly<Record<keyof typeof events, readonly string[]>> = {
  /*                                                   waiting  leading  following  over */
  granted: ['leading', '·', 'back', '·'],
  refused: ['back', 'back', 'back', '·'],
  due: ['waiting', '·', 'following', '·'],
  close: ['over', 'over', 'over', '·'],
  doubted: ['·', '·', 'following', '·'],
  'the leader is there': ['following', '·', 'following', '·'],
  'a leader is there, and not open': ['waiting', '·', 'following', '·'],
  'another leads': ['following', '·', 'back', '·'],
  'it speaks for somebody else': ['back', '·', 'back', '·'],
  'it speaks for somebody else, another tab is told': ['following', '·', 'following', '·'],
  'the hub says something to all': ['following', '·', 'following', '·'],
  'the hub drains': ['following', '·', 'following', '·'],
}

const after = (state: TabState, event: TabEvent) => tabTransition(state, event, me)
function did(state: TabState, ...all: TabEvent[]): string[] {
  let now = state
  return all.flatMap((event) => {
    const next = after(now, event)
    now = next.state
    return next.actions.map(describeAction)
  })
}
function describeAction(action: TabAction): string {
  return action.type === 'tell' ? `tell ${action.message.type}` : action.type
}

describe('a tab is total', () => {
  const cells = Object.entries(events).flatMap(([name, event]) =>
    names.map((from, column) => [name, from, table[name as keyof typeof events][column] ?? '', event] as const),
  )
  it.each(cells)('%s, %s: %s', (_, from, to, event) => {
    const { state, actions } = after(states[from], event)
    if (to === '·') expect({ state, actions }).toEqual({ state: states[from], actions: [] })
    else expect(state.name).toBe(to === 'back' ? from : to)
    if (to === 'back') expect(actions).toEqual([{ type: 'tell', message: moved }])
    // Whoever leaves lets go of everything, and once over there is nothing to wait for.
    const isLeft = to === 'over'
    expect(actions.filter(({ type }) => type === 'release')).toHaveLength(isLeft ? 1 : 0)
    if (isLeft) expect(state.dueInMs).toBeUndefined()
  })
})

describe('the lock', () => {
  it('makes a tab that waits the leader', () => {
    expect(did(states.waiting, { type: 'granted' })).toEqual(['lead'])
  })

  it('granted to one that follows says that the leader is gone: it comes back, and may lead', () => {
    expect(did(states.following, { type: 'granted' })).toEqual(['tell baro:drain'])
    expect(after(states.following, { type: 'granted' }).state.isAlone).toBe(false)
  })

  it('stolen from a leader makes it come back, and follow', () => {
    expect(did(states.leading, { type: 'refused' })).toEqual(['tell baro:drain'])
    expect(after(states.leading, { type: 'refused' }).state.isAlone).toBe(false)
  })

  it('refused by the browser makes the tab alone, once: it comes back with a link of its own', () => {
    for (const name of ['waiting', 'following'] as const) {
      const { state } = after(states[name], { type: 'refused' })
      expect(after(state, { type: 'close' }).state).toMatchObject({ name: 'over', isAlone: true })
    }
  })
})

describe('a leader', () => {
  it('is asked after a silence, and loses the lead if it does not answer', () => {
    const asked = after(states.following, { type: 'due' })
    expect(asked.actions).toEqual([{ type: 'ask' }])
    expect(asked.state.dueInMs).toBe(2_000)
    expect(did(asked.state, { type: 'due' })).toEqual(['steal'])
    expect(did(asked.state, said(), { type: 'due' })).toEqual(['ask'])
    expect(after(asked.state, said()).state.dueInMs).toBe(8_000)
  })

  it('whose lock is not given to who steals it is none: the tab has a link of its own', () => {
    const stolen = after(after(states.waiting, { type: 'due' }).state, { type: 'due' }).state
    expect(stolen.dueInMs).toBe(2_000)
    const { state, actions } = after(stolen, { type: 'due' })
    expect({ isAlone: state.isAlone, actions }).toEqual({ isAlone: true, actions: [{ type: 'tell', message: moved }] })
    expect(did(stolen, { type: 'granted' }, { type: 'due' })).toEqual(['lead'])
    expect(did(stolen, said(), { type: 'due' })).toEqual(['opened', 'ask'])
  })

  it('that never says anything loses the lead too', () => {
    expect(did(states.waiting, { type: 'due' }, { type: 'due' })).toEqual(['ask', 'steal'])
  })

  it('whose link was probed in vain loses the lead to the next link of the tab that woke', () => {
    const doubted = after(states.following, { type: 'doubted' }).state
    const begun = startTab(after(after(doubted, said()).state, { type: 'close' }).state)
    expect(did(begun, { type: 'due' }, said(), { type: 'granted' })).toEqual(['steal', 'lead'])
    const heard = after(doubted, said({ message: delivery })).state
    expect(did(startTab(after(heard, { type: 'close' }).state), { type: 'due' })).toEqual(['ask'])
  })

  it('that is open is followed; what it says of the link is kept', () => {
    expect(did(states.waiting, said({ isOpen: false }), said(), said())).toEqual(['opened'])
    expect(after(states.waiting, said()).state).toMatchObject({ leader: 'first', rung: 'sse', secret: 'ours' })
  })

  it('I5: its secret outlives the link, its rung does not', () => {
    const { state } = after(states.following, { type: 'close' })
    expect(state.secret).toBe('ours')
    expect(state.rung).toBeUndefined()
  })

  it('I8: that speaks for somebody else is left, for a link of the tab alone', () => {
    expect(after(states.following, said({ to: me, message: null })).state.isAlone).toBe(true)
  })
})

describe('what the hub says', () => {
  it('to all reaches all, to this tab as it is, and to another as a delivery if it is an answer', () => {
    expect(did(states.following, said({ message: delivery }))).toEqual(['tell baro:publications'])
    expect(did(states.following, said({ message: answer, to: me }))).toEqual(['tell baro:recovered'])
    expect(did(states.following, said({ message: answer, to: 'you' }))).toEqual(['tell baro:publications'])
    expect(did(states.following, said({ message: delivery, to: 'you' }))).toEqual([])
  })

  it('to a tab that begins to follow is told after the link has opened', () => {
    expect(did(states.waiting, said({ message: delivery }))).toEqual(['opened', 'tell baro:publications'])
  })

  it('a drain is told with the wait that the hub named; the client closes the link', () => {
    expect(after(states.following, said({ message: drain })).actions).toEqual([{ type: 'tell', message: drain }])
  })
})
