import { describe, expect, it } from 'vitest'
import {
  type ConnectionAction,
  type ConnectionEvent,
  type ConnectionMoment,
  type ConnectionRules,
  type ConnectionState,
  connectionTransition,
} from './connection-machine.ts'
import { connectionStatus } from './status.ts'

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
  slept: { type: 'slept' },
  offline: { type: 'offline' },
  asked: { type: 'asked', bytes: 400 },
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
  slept: ['·', 'connecting', 'handshaking', 'live', '·', '·', '·'],
  offline: ['·', 'connecting', 'handshaking', 'live', 'waiting', '·', '·'],
  asked: ['·', '·', '·', 'live', '·', '·', '·'],
  hidden: ['·', 'waiting', 'waiting', 'waiting', 'waiting', '·', '·'],
  due: ['·', 'waiting', 'waiting', 'waiting', 'connecting', '·', '·'],
}

function after(
  state: ConnectionState,
  event: ConnectionEvent,
  changes: Partial<ConnectionRules> = {},
  moment: Partial<ConnectionMoment> = {},
) {
  return connectionTransition(state, event, { ...rules, ...changes }, { fraction: 0.5, ...moment })
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
    const waits = (moment: Partial<ConnectionMoment>) =>
      [1, 2, 3, 4, 5, 6].map((tries) => after({ ...states.connecting, tries }, events.lost, {}, moment).state.dueInMs)
    expect(waits({ isUnseen: true })).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
    expect(waits({ fraction: 0 })).toEqual([0, 0, 0, 0, 0, 0])
    expect(after(states.connecting, events.lost, { backoff: { baseMs: 100, maxMs: 300 } }).state.dueInMs).toBe(100)
  })

  it('waits at most 10 s while somebody looks', () => {
    const waits = [1, 2, 3, 4, 5, 60].map(
      (tries) => after({ ...states.connecting, tries }, events.lost, {}, { fraction: 0.999_999 }).state.dueInMs,
    )
    expect(waits).toEqual([2_000, 4_000, 8_000, 10_000, 10_000, 10_000])
  })

  it('waits little after a connection that had proved to work', () => {
    const proved = after({ ...states.live, tries: 7 }, events.proved).state
    expect(proved.tries).toBe(0)
    expect(after(proved, events.lost).state.dueInMs).toBe(500)
    expect(after({ ...states.live, tries: 7 }, events.lost, {}, { isUnseen: true }).state.dueInMs).toBe(15_000)
  })

  it('comes back when a node that stopped said, not when the backoff says', () => {
    expect(after(states.live, events.draining)).toEqual({
      state: { name: 'waiting', attempt, tries: 1, reason: 'drain', dueInMs: 3_000 },
      actions: ['close-link'],
    })
  })

  it('backs off from nodes that stop again and again before anything has worked', () => {
    const waits = [0, 1, 2, 5].map((tries) => after({ ...states.live, tries }, events.draining).state.dueInMs)
    expect(waits).toEqual([3_000, 3_000, 3_000, 5_000])
    const now = { ...events.draining, payload: { reconnectInMs: 0 } }
    const again = [0, 1, 2, 5].map((tries) => after({ ...states.live, tries }, now).state.dueInMs)
    expect(again).toEqual([0, 0, 2_000, 5_000])
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

  it('stays with a link that answers, and takes the usual silence for a lost one again', () => {
    const open = after(states.handshaking, events.connected).state
    expect(after(after(open, events.woke).state, events.heard).state).toEqual(open)
    const again = after(after(after(open, events.woke).state, events.heard).state, events.woke)
    expect(again.actions).toEqual(['probe'])
  })

  it('takes what was on its way before for no answer: that gives it 3 s more, and no link for ever', () => {
    const open = after(states.handshaking, events.connected).state
    const buffered = after(after(open, events.woke).state, events.proved)
    expect(buffered.state).toMatchObject({ name: 'live', tries: 0, dueInMs: 3_000 })
    expect(after(buffered.state, events.due).state).toMatchObject({ name: 'connecting', attempt: attempt + 1 })
    expect(after(buffered.state, events.heard).state).toMatchObject({ name: 'live', tries: 0, dueInMs: 50_000 })
  })

  it('takes a greeting for an answer: whoever wakes meanwhile has a new link', () => {
    const woken = after(states.handshaking, events.woke).state
    expect(after(woken, events.connected).state).toEqual(after(states.handshaking, events.connected).state)
  })

  it('probes as well when the machine has slept, unless nobody looks: timers of such a page are late', () => {
    expect(after(states.live, events.slept)).toEqual(after(states.live, events.woke))
    expect(after(states.live, events.slept, {}, { isUnseen: true })).toEqual({ state: states.live, actions: [] })
  })

  it.each(['connecting', 'handshaking'] as const)('gives a link that is %s as long, once', (name) => {
    const { state, actions } = after(states[name], events.woke)
    expect({ name: state.name, due: state.dueInMs, actions }).toEqual({ name, due: 3_000, actions: [] })
    const next = after(state, events.due).state
    expect(next).toMatchObject({ name: 'connecting', attempt: attempt + 1 })
    expect(after(next, events.due).state).toMatchObject({ name: 'waiting', reason: 'no-answer' })
  })
})

describe('a question', () => {
  it('without any answer is followed by a probe after 4 s, later if it is large, and by another link after 3 s more', () => {
    const { state, actions } = after(states.live, events.asked)
    expect({ due: state.dueInMs, actions }).toEqual({ due: 4_100, actions: [] })
    expect(after(states.live, { type: 'asked', bytes: 64 << 10 }).state.dueInMs).toBe(20_384)
    const probed = after(state, events.due)
    expect(probed).toMatchObject({ state: { name: 'live', dueInMs: 3_000 }, actions: ['probe'] })
    expect(after(probed.state, events.due).state).toMatchObject({ name: 'connecting', attempt: attempt + 1 })
  })

  it('does not put off the doubt of the one before it', () => {
    const asked = after(states.live, events.asked).state
    expect(after(asked, events.asked)).toEqual({ state: asked, actions: [] })
    const woken = after(states.live, events.woke).state
    expect(after(woken, events.asked)).toEqual({ state: woken, actions: [] })
  })

  it('is no reason to doubt a link that brings anything afterwards', () => {
    const open = after(states.handshaking, events.connected).state
    expect(after(after(open, events.asked).state, events.proved).state).toMatchObject({ dueInMs: 50_000 })
    expect(after(after(open, events.asked).state, events.heard).state).toEqual(open)
  })
})

describe('without a network', () => {
  const isOffline = true

  it('says so at once, and lets go of a link that does not answer, without a time for the next', () => {
    const { state, actions } = after(states.live, events.offline, {}, { isOffline })
    expect(actions).toEqual(['probe'])
    expect(connectionStatus(state, 'sse')).toMatchObject({ state: 'waiting', reason: 'offline', rung: 'sse' })
    expect(after(state, events.due, {}, { isOffline })).toEqual({
      state: { name: 'waiting', attempt, tries: 1, reason: 'offline' },
      actions: ['close-link'],
    })
  })

  it('keeps a link that answers: a machine always reaches itself', () => {
    const open = after(states.handshaking, events.connected).state
    const { state } = after(after(open, events.offline, {}, { isOffline }).state, events.heard, {}, { isOffline })
    expect(state).toEqual(open)
    expect(connectionStatus(state, 'sse').state).toBe('live')
  })

  it('tries nothing, gives up nothing, and tries at once when it is back', () => {
    const waiting = after(states.waiting, events.offline, {}, { isOffline }).state
    expect(waiting).toEqual({ name: 'waiting', attempt, tries: 1, reason: 'offline' })
    expect(after(states.connecting, events.lost, { maxAttempts: 1 }, { isOffline }).state).toEqual(waiting)
    expect(after(waiting, events.woke).actions).toEqual(['open-link'])
  })

  it('is over when the page wakes: the link is probed anew', () => {
    const { state } = after(states.live, events.offline, {}, { isOffline })
    const woken = after(state, events.woke)
    expect(woken.actions).toEqual(['probe'])
    expect(connectionStatus(woken.state, 'sse').state).toBe('live')
  })
})
