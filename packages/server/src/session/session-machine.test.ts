import { BaroError } from '@baro/core'
import { type ClientMessage, closeCodes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import {
  type SessionAction,
  type SessionEvent,
  type SessionState,
  type SessionStep,
  sessionTransition,
  startSession,
} from './session-machine.ts'

const rules = { heartbeatIntervalMs: 1_000, askAfterMs: 1_000, silentAfterMs: 3_000, connectTimeoutMs: 500 }
const connect: ClientMessage = { type: 'baro:connect', payload: { protocol: 1, client: 'secret' } }
const subscribe: ClientMessage = { type: 'baro:subscribe', payload: { channel: 'a', attempt: 1, version: '1' } }
const heartbeat: ClientMessage = { type: 'baro:heartbeat', payload: {} }
const fault = new BaroError('bad-message', 'no JSON')

const says = (message: ClientMessage, atMs = 0, length = 100): SessionEvent => ({
  name: 'message',
  message,
  length,
  atMs,
})
const tick = (atMs: number, spokeAtMs = atMs, stoodMs = 0): SessionEvent => ({ name: 'tick', atMs, spokeAtMs, stoodMs })

/** The state of a session after these events, and the actions of the last one. */
function after(...events: readonly SessionEvent[]): SessionStep {
  let step: SessionStep = { state: startSession(0), actions: [] }
  for (const event of events) step = sessionTransition(step.state, event, rules)
  return step
}

const letIn = [says(connect), { name: 'authenticated' }] as const
const names = ({ actions }: SessionStep): readonly SessionAction['do'][] => actions.map((action) => action.do)
const errorOf = ({ actions }: SessionStep) => actions.find((action) => action.do === 'error')?.error.code
const closeOf = ({ actions }: SessionStep) => actions.find((action) => action.do === 'close')?.code

const states: Readonly<Record<SessionState['phase'], SessionState>> = {
  new: startSession(0),
  authenticating: after(says(connect), says(subscribe)).state,
  open: after(...letIn).state,
  closed: after(...letIn, { name: 'gone' }).state,
}

const events: readonly SessionEvent[] = [
  says(connect),
  says({ type: 'baro:connect', payload: { protocol: 2, client: 'secret' } }),
  says(subscribe),
  says({ type: 'baro:unsubscribe', payload: { channel: 'a' } }),
  says({ type: 'baro:publish', payload: { id: 'a', channel: 'a', type: 'b', payload: null } }),
  says({ type: 'baro:signal', payload: { channel: 'a', type: 'b', payload: null } }),
  says({ type: 'baro:request', payload: { id: 'a', channel: 'a', type: 'b', payload: null } }),
  says(heartbeat),
  { name: 'rejected', error: fault, atMs: 0 },
  { name: 'authenticated' },
  { name: 'refused', error: fault },
  tick(0),
  tick(1e9, 0),
  { name: 'drain', reconnectInMs: 1 },
  { name: 'gone' },
]

describe('the session machine is total', () => {
  for (const [phase, state] of Object.entries(states))
    test.each(events)(`${phase}: takes $name, whatever it is`, (event) => {
      const { state: next, actions } = sessionTransition(state, event, rules)
      expect(Object.keys(states)).toContain(next.phase)
      // A session ends exactly once, and what it holds is released then.
      const ends = actions.filter((action) => action.do === 'end').length
      expect(ends).toBe(state.phase !== 'closed' && next.phase === 'closed' ? 1 : 0)
    })

  test.each(events)('closed: $name changes nothing and asks for nothing', (event) => {
    expect(sessionTransition(states.closed, event, rules)).toEqual({ state: states.closed, actions: [] })
  })

  test.each<[SessionState['phase'], SessionEvent]>([
    ['new', { name: 'authenticated' }],
    ['open', { name: 'authenticated' }],
    ['open', { name: 'refused', error: fault }],
  ])('%s: an answer of auth that nobody waits for changes nothing', (phase, event) => {
    expect(sessionTransition(states[phase], event, rules)).toEqual({ state: states[phase], actions: [] })
  })
})

describe('connecting', () => {
  test('a client that says connect is authenticated, and then welcomed', () => {
    expect(names(after(says(connect)))).toEqual(['authenticate'])
    expect(names(after(...letIn))).toEqual(['welcome'])
  })

  test('what comes before connect is answered as too early, and the session stays new', () => {
    const step = after(says(subscribe))
    expect(step).toMatchObject({ state: { phase: 'new' }, actions: [{ do: 'error', about: subscribe }] })
    expect(errorOf(step)).toBe('bad-message')
  })

  test('connect said twice is an error', () => {
    expect(errorOf(after(says(connect), says(connect)))).toBe('bad-message')
    expect(errorOf(after(...letIn, says(connect)))).toBe('bad-message')
  })

  test('another protocol is closed with 4500, without an error that could be repeated', () => {
    const step = after(says({ type: 'baro:connect', payload: { protocol: 2, client: 'secret' } }))
    expect(closeOf(step)).toBe(closeCodes['wrong-protocol'])
    expect(names(step)).toEqual(['close', 'end'])
  })

  test.each(['', 'a b', 'x'.repeat(65)])(
    'I7: the client %j is refused: it would be kept with every claim',
    (client) => {
      const step = after(says({ type: 'baro:connect', payload: { protocol: 1, client } }))
      expect(step.state.phase).toBe('new')
      expect(errorOf(step)).toBe('bad-id')
    },
  )

  test('who says nothing in time is closed with 4003, also while auth takes its time', () => {
    expect(names(after(tick(499)))).toEqual([])
    expect(closeOf(after(tick(500)))).toBe(closeCodes['no-connect'])
    expect(names(after(says(connect, 400), tick(499)))).toEqual([])
    expect(closeOf(after(says(connect, 400), tick(500)))).toBe(closeCodes['no-connect'])
  })

  test('who is one too many is told when to come back, before it has said anything, and is closed with 4004', () => {
    const error = new BaroError('rate-limited', 'too many', { retryAfterMs: 5_000 })
    const { state, actions } = sessionTransition(startSession(0), { name: 'refused', error }, rules)
    expect(state.phase).toBe('closed')
    expect(actions).toEqual([
      { do: 'error', error },
      { do: 'announce-drain', reconnectInMs: 5_000 },
      { do: 'close', code: 4004, reason: 'too many' },
      { do: 'end' },
    ])
  })

  test('who is refused gets the error, and is closed for good with 4501', () => {
    const step = after(says(connect), { name: 'refused', error: new BaroError('unauthenticated', 'expired') })
    expect(names(step)).toEqual(['error', 'close', 'end'])
    expect(closeOf(step)).toBe(closeCodes.unauthenticated)
  })

  test('a client that auth cannot judge now is closed with 4004, and may come back', () => {
    const step = after(says(connect), { name: 'refused', error: new BaroError('unavailable', 'no database') })
    expect(closeOf(step)).toBe(closeCodes.unavailable)
  })
})

describe('waiting to be let in', () => {
  test('messages wait, and are handled in their order right after the welcome', () => {
    const other: ClientMessage = { type: 'baro:unsubscribe', payload: { channel: 'a' } }
    const step = after(says(connect), says(subscribe), says(other), { name: 'authenticated' })
    expect(step.actions).toEqual([
      { do: 'welcome' },
      { do: 'handle', message: subscribe },
      { do: 'handle', message: other },
    ])
    expect(step.state).toMatchObject({ waiting: [], waitingLength: 0 })
  })

  test('I7: more than 256 messages, or a million characters, do not wait', () => {
    const fill = (count: number, length: number) => {
      let step = sessionTransition(startSession(0), says(connect), rules)
      for (let index = 0; index < count; index++)
        step = sessionTransition(step.state, says(subscribe, 0, length), rules)
      return step
    }
    expect(errorOf(fill(256, 1))).toBeUndefined()
    expect(errorOf(fill(257, 1))).toBe('rate-limited')
    expect(errorOf(fill(16, 1 << 16))).toBeUndefined()
    const full = fill(17, 1 << 16)
    expect(errorOf(full)).toBe('rate-limited')
    expect(full.state.waiting).toHaveLength(16)
  })

  test('what was waiting is forgotten when the link goes', () => {
    expect(after(says(connect), says(subscribe), { name: 'gone' }).state).toMatchObject({
      waiting: [],
      waitingLength: 0,
    })
  })
})

describe('what is not looked at', () => {
  test('is answered, and never closes an open session', () => {
    const step = after(...letIn, { name: 'rejected', error: fault, atMs: 0 })
    expect(step).toMatchObject({ state: { phase: 'open' }, actions: [{ do: 'error', error: fault }] })
  })

  test('is answered with what it was about, where that is known', () => {
    const step = after(...letIn, { name: 'rejected', error: fault, about: subscribe, atMs: 0 })
    expect(step.actions).toEqual([{ do: 'error', error: fault, about: subscribe }])
  })

  test('counts as a sign of life', () => {
    expect(closeOf(after(...letIn, { name: 'rejected', error: fault, atMs: 2_000 }, tick(3_000)))).toBeUndefined()
  })
})

describe('heartbeats', () => {
  test('a silent hub sends one in each interval', () => {
    expect(names(after(...letIn, tick(999, 0)))).toEqual([])
    expect(names(after(...letIn, tick(1_000, 0)))).toEqual(['heartbeat'])
  })

  test('a busy channel does not keep the hub from asking a client that says nothing', () => {
    const busy = after(...letIn, tick(1_000, 1_000))
    expect(names(busy)).toEqual(['heartbeat'])
    expect(names(sessionTransition(busy.state, tick(1_500, 1_500), rules))).toEqual([])
    expect(names(sessionTransition(busy.state, tick(2_000, 2_000), rules))).toEqual(['heartbeat'])
  })

  test('a client that speaks is not asked while the hub speaks too', () => {
    expect(names(after(...letIn, says(heartbeat, 900), tick(1_500, 1_500)))).toEqual([])
  })

  test('one that probes is answered at once, and no other', () => {
    const probe: ClientMessage = { type: 'baro:heartbeat', payload: { probe: true } }
    expect(names(after(...letIn, says(probe, 10)))).toEqual(['heartbeat'])
    expect(names(after(...letIn, says(heartbeat, 10)))).toEqual([])
    expect(names(after(says(probe, 10)))).toEqual([])
  })

  test('after three silent intervals the session is closed with 4002', () => {
    expect(closeOf(after(...letIn, says(heartbeat, 500), tick(3_499)))).toBeUndefined()
    const step = after(...letIn, says(heartbeat, 500), tick(3_500))
    expect(closeOf(step)).toBe(closeCodes.silent)
    expect(names(step)).toEqual(['close', 'end'])
  })

  test('a stand-still of the node is nobody’s silence: who is there is asked first', () => {
    const step = after(...letIn, says(heartbeat, 500), tick(9_000, 500, 8_400))
    expect(names(step)).toEqual(['heartbeat'])
    const late = (atMs: number) => sessionTransition(step.state, tick(atMs), rules)
    expect(closeOf(late(11_899))).toBeUndefined()
    expect(closeOf(late(11_900))).toBe(closeCodes.silent)
    expect(closeOf(after(says(connect, 100), tick(9_000, 9_000, 8_900)))).toBeUndefined()
  })

  test('a one-way client is written to, and never found silent', () => {
    let state = startSession(0, true)
    for (const event of letIn) state = sessionTransition(state, event, rules).state
    expect(names(sessionTransition(state, tick(1e6, 1e6), rules))).toEqual([])
    expect(names(sessionTransition(state, tick(1e6, 0), rules))).toEqual(['heartbeat'])
  })
})

test('a drain is announced, then closed with 4000', () => {
  const step = after(...letIn, { name: 'drain', reconnectInMs: 250 })
  expect(step.actions).toMatchObject([
    { do: 'announce-drain', reconnectInMs: 250 },
    { do: 'close', code: closeCodes.drain },
    { do: 'end' },
  ])
})
