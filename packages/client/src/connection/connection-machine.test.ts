import { describe, expect, it } from 'vitest'
import {
  type ConnectionAction,
  type ConnectionEvent,
  type ConnectionRules,
  type ConnectionState,
  connectionTransition,
} from './connection-machine.ts'

const rules: ConnectionRules = {}
const attempt = 3

const states: Readonly<Record<ConnectionState['name'], ConnectionState>> = {
  idle: { name: 'idle', attempt, tries: 0 },
  connecting: { name: 'connecting', attempt, tries: 1, dueInMs: 10_000 },
  handshaking: { name: 'handshaking', attempt, tries: 1, dueInMs: 10_000 },
  live: { name: 'live', attempt, tries: 1, dueInMs: 50_000 },
  waiting: { name: 'waiting', attempt, tries: 1, reason: '1006 ', dueInMs: 500 },
  'gave-up': { name: 'gave-up', attempt, tries: 1, reason: 'max-attempts' },
  closed: { name: 'closed', attempt, tries: 0 },
}

function connected(heartbeatIntervalMs: number) {
  const payload = { session: 's', heartbeatIntervalMs, maxMessageBytes: 1, publishWindowMs: 1, claimsEpoch: 'c' }
  return { type: 'baro:connected', attempt, payload } as const
}

const events = {
  wanted: { type: 'wanted' },
  unwanted: { type: 'unwanted' },
  restart: { type: 'restart' },
  close: { type: 'close' },
  linked: { type: 'linked', attempt },
  connected: connected(25_000),
  heard: { type: 'baro:heartbeat', attempt, payload: {} },
  proved: { type: 'baro:reset', attempt, payload: { channel: 'a', attempt: 1, reason: 'none', position: 'p' } },
  draining: { type: 'baro:drain', attempt, payload: { reconnectInMs: 3_000 } },
  lost: { type: 'lost', attempt, reason: '1006 ' },
  'lost for good': { type: 'lost', attempt, reason: '4500 speak 1', isFinal: true },
  woke: { type: 'woke' },
  hidden: { type: 'hidden' },
  due: { type: 'due' },
} as const satisfies Readonly<Record<string, ConnectionEvent>>

// Where each event leads from each state; '·' changes nothing, not even the object.
const names = ['idle', 'connecting', 'handshaking', 'live', 'waiting', 'gave-up', 'closed'] as const
const table: Readonly<Record<keyof typeof events, readonly string[]>> = {
  /*                idle          connecting     handshaking  open          waiting       gave-up   closed */
  wanted: ['connecting', '·', '·', '·', '·', '·', '·'],
  unwanted: ['·', 'idle', 'idle', 'idle', 'idle', '·', '·'],
  restart: ['idle', 'idle', 'idle', 'idle', 'idle', 'idle', 'idle'],
  close: ['closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed'],
  linked: ['·', 'handshaking', '·', '·', '·', '·', '·'],
  connected: ['·', '·', 'live', 'live', '·', '·', '·'],
  heard: ['·', '·', '·', 'live', '·', '·', '·'],
  proved: ['·', '·', '·', 'live', '·', '·', '·'],
  draining: ['·', 'waiting', 'waiting', 'waiting', '·', '·', '·'],
  lost: ['·', 'waiting', 'waiting', 'waiting', '·', '·', '·'],
  'lost for good': ['·', 'gave-up', 'gave-up', 'gave-up', '·', '·', '·'],
  woke: ['·', 'connecting', 'handshaking', 'live', 'connecting', '·', '·'],
  hidden: ['·', 'waiting', 'waiting', 'waiting', 'waiting', '·', '·'],
  due: ['·', 'waiting', 'waiting', 'waiting', 'connecting', '·', '·'],
}

function after(state: ConnectionState, event: ConnectionEvent, changes: Partial<ConnectionRules> = {}, fraction = 0.5) {
  return connectionTransition(state, event, { ...rules, ...changes }, fraction)
}

describe('the connection machine is total', () => {
  const cells = Object.entries(events).flatMap(([name, event]) =>
    names.map((from, column) => [name, from, table[name as keyof typeof events][column] ?? '', event] as const),
  )
  it.each(cells)('%s in %s: %s', (_, from, to, event) => {
    const { state, actions } = after(states[from], event)
    if (to === '·') {
      expect(state).toBe(states[from])
      expect(actions).toEqual([])
    } else {
      expect(state.name).toBe(to)
      expect(state).not.toBe(states[from])
    }
  })

  const linked = new Set<string>(['connecting', 'handshaking', 'live'])
  it.each(cells)('%s in %s: a link is closed exactly when its state is left', (_, from, __, event) => {
    const { state, actions } = after(states[from], event)
    const isLeft = linked.has(from) && (!linked.has(state.name) || state.attempt !== attempt)
    expect(actions.includes('close-link')).toBe(isLeft)
    expect(actions.includes('open-link')).toBe(state.attempt !== attempt)
  })

  it.each(names)('what an old link says changes nothing in %s', (from) => {
    for (const event of Object.values(events)) {
      if (!('attempt' in event)) continue
      expect(after(states[from], { ...event, attempt: attempt - 1 })).toEqual({ state: states[from], actions: [] })
    }
  })
})

describe('the way to an open connection', () => {
  it('counts attempts and tries, waits for an answer, and greets once the link is there', () => {
    const connecting = after(states.idle, events.wanted)
    expect(connecting).toEqual({
      state: { name: 'connecting', attempt: attempt + 1, tries: 1, dueInMs: 10_000 },
      actions: ['open-link'],
    })
    expect(after(states.connecting, events.linked).actions).toEqual<ConnectionAction[]>(['send-connect'])
    expect(after(states.connecting, events.due).state).toMatchObject({ name: 'waiting', reason: 'no-answer' })
    expect(after(states.handshaking, events.due).state).toMatchObject({ name: 'waiting', reason: 'no-answer' })
  })

  it('takes two silent heartbeat intervals for a lost link, and begins to count anew with anything heard', () => {
    const open = after(states.handshaking, events.connected).state
    expect(open).toMatchObject({ name: 'live', dueInMs: 50_000 })
    const heard = after(open, events.heard).state
    expect(heard).toEqual(open)
    expect(heard).not.toBe(open)
    expect(after(open, events.due).state).toMatchObject({ name: 'waiting', reason: 'silent' })
  })

  it('takes no silence for a lost link if the hub sends no heartbeats', () => {
    const { state } = after(states.handshaking, connected(0))
    expect(state.dueInMs).toBeUndefined()
  })
})

describe('coming back', () => {
  it('waits longer with each failure, up to a bound, by the fraction it is given', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((tries) => after({ ...states.connecting, tries }, events.lost).state.dueInMs)
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
    expect(after(states.connecting, events.lost, {}, 0).state.dueInMs).toBe(0)
  })

  it('waits little after a connection that had proved to work', () => {
    const proved = after({ ...states.live, tries: 7 }, events.proved).state
    expect(proved.tries).toBe(0)
    expect(after(proved, events.lost).state.dueInMs).toBe(500)
    expect(after({ ...states.live, tries: 7 }, events.lost).state.dueInMs).toBe(15_000)
  })

  it('comes back when a node that stopped said, not when the backoff says', () => {
    expect(after(states.live, events.draining)).toEqual({
      state: { name: 'waiting', attempt, tries: 1, reason: 'drain', dueInMs: 3_000 },
      actions: ['close-link'],
    })
  })

  it('gives up after as many tries as it may, and after a final close at once', () => {
    expect(after({ ...states.connecting, tries: 2 }, events.lost, { maxAttempts: 3 }).state.name).toBe('waiting')
    expect(after({ ...states.connecting, tries: 3 }, events.lost, { maxAttempts: 3 }).state).toMatchObject({
      name: 'gave-up',
      reason: 'max-attempts',
    })
    expect(after(states.handshaking, events['lost for good']).state).toMatchObject({
      name: 'gave-up',
      reason: '4500 speak 1',
    })
  })

  it('forgets failures with a restart', () => {
    expect(after({ ...states['gave-up'], tries: 9 }, events.restart).state).toEqual({ name: 'idle', attempt, tries: 0 })
  })

  it('waits for a sign of life, not for time, while the page is put away', () => {
    const { state, actions } = after(states.live, events.hidden)
    expect(state).toEqual({ name: 'waiting', attempt, tries: 1, reason: 'hidden' })
    expect(actions).toEqual(['close-link'])
    expect(after(state, events.woke).actions).toEqual(['open-link'])
  })
})

describe('waking', () => {
  it('probes an open link, once however many signs come, and leaves it after 3 s of silence for the next at once', () => {
    const { state, actions } = after(states.live, events.woke)
    expect(actions).toEqual(['probe'])
    expect(state.dueInMs).toBe(3_000)
    expect(after(state, events.woke)).toEqual({ state, actions: [] })
    expect(after(state, events.due)).toMatchObject({
      state: { name: 'connecting', attempt: attempt + 1, dueInMs: 10_000 },
      actions: ['close-link', 'open-link'],
    })
  })

  it('stays with a link that brings anything, and takes the usual silence for a lost one again', () => {
    const open = after(states.handshaking, events.connected).state
    for (const event of [events.heard, events.proved])
      expect(after(after(open, events.woke).state, event).state).toMatchObject({ name: 'live', dueInMs: 50_000 })
    const again = after(after(after(open, events.woke).state, events.heard).state, events.woke)
    expect(again.actions).toEqual(['probe'])
  })

  it.each(['connecting', 'handshaking'] as const)('gives a link that is %s as long, once', (name) => {
    const { state, actions } = after(states[name], events.woke)
    expect({ name: state.name, due: state.dueInMs, actions }).toEqual({ name, due: 3_000, actions: [] })
    const next = after(state, events.due).state
    expect(next).toMatchObject({ name: 'connecting', attempt: attempt + 1 })
    expect(after(next, events.due).state).toMatchObject({ name: 'waiting', reason: 'no-answer' })
  })
})
