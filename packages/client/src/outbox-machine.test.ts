import type { BaroError } from '@baro/core'
import { describe, expect, it } from 'vitest'
import {
  type Entry,
  type OutboxAction,
  type OutboxEvent,
  type OutboxState,
  outboxTransition,
  type Settle,
} from './outbox-machine.ts'

const settle: Settle = () => {}
const terms = {
  session: 's',
  heartbeatIntervalMs: 25_000,
  maxMessageBytes: 100,
  publishWindowMs: 10_000,
  claimsEpoch: 'claims1',
}
const empty: OutboxState = { entries: [] }

function entry(id: string, changes: Partial<Entry> = {}): Entry {
  return {
    id,
    message: { type: 'baro:publish', payload: { id, channel: 'a', type: 'b', payload: 1 } },
    bytes: 10,
    isOnce: false,
    settle,
    ...changes,
  }
}
function add(id: string, changes: Partial<Entry> = {}): OutboxEvent {
  return { type: 'add', entry: entry(id, changes) }
}
function connected(changes: Partial<typeof terms> = {}): OutboxEvent {
  return { type: 'baro:connected', payload: { ...terms, ...changes } }
}
function failed(id: string, code: string): OutboxEvent {
  return { type: 'baro:error', payload: { id, code, message: `it is ${code}` } }
}

/** Everything an outbox does when these events happen, each at its time. */
function run(events: readonly (OutboxEvent | readonly [elapsedMs: number, event: OutboxEvent])[]) {
  let state = empty
  const done: string[] = []
  for (const item of events) {
    const [elapsedMs, event] = 'type' in item ? [0, item] : item
    const step = outboxTransition(state, event, { elapsedMs, maxOutboxBytes: 45 })
    state = step.state
    done.push(...step.actions.map(describeAction))
  }
  return { state, done }
}
function describeAction(action: OutboxAction): string {
  if (action.type === 'send') return `send ${(action.message.payload as { readonly id: string }).id}`
  if (action.type === 'pause') return 'pause'
  const { code, position } = (action.outcome ?? {}) as Partial<BaroError> & { position?: string }
  return `settle ${code ?? position ?? JSON.stringify(action.outcome)}`
}

describe('the outbox is total', () => {
  const everything: readonly OutboxEvent[] = [
    add('z'),
    connected(),
    { type: 'link-down' },
    { type: 'due' },
    { type: 'close' },
    { type: 'baro:published', payload: { id: 'nobody' } },
    { type: 'baro:answer', payload: { id: 'nobody', payload: 1 } },
    failed('nobody', 'in-progress'),
    { type: 'baro:error', payload: { code: 'refused', message: 'about nothing of ours' } },
  ]
  const states: Readonly<Record<string, OutboxState>> = {
    empty,
    waiting: run([add('a'), add('b', { isOnce: true })]).state,
    'in flight': run([connected(), add('a'), add('b', { isOnce: true })]).state,
    paused: run([connected(), add('a'), failed('a', 'in-progress')]).state,
    'cut off': run([connected(), add('a'), { type: 'link-down' }]).state,
  }
  it.each(Object.entries(states))('%s takes every event, and answers nobody twice', (_, state) => {
    for (const event of everything) {
      const next = outboxTransition(state, event, { elapsedMs: 1, maxOutboxBytes: 45 })
      const settled = next.actions.filter(({ type }) => type === 'settle').length
      const before = state.entries.length + (event.type === 'add' ? 1 : 0)
      expect(next.state.entries.length + settled).toBe(before)
    }
  })

  it.each(Object.entries(states))('%s is not changed by an answer to somebody else', (_, state) => {
    for (const event of everything.slice(5)) {
      const next = outboxTransition(state, event, { elapsedMs: 1, maxOutboxBytes: 45 })
      expect(next.state.entries).toEqual(state.entries)
      expect(next.actions).toEqual([])
    }
  })
})

describe('I5: one ordered outbox', () => {
  it('what is published without a link waits, and is sent in order with the next', () => {
    expect(run([add('a'), add('b')]).done).toEqual([])
    expect(run([add('a'), add('b'), connected()]).done).toEqual(['send a', 'send b'])
  })

  it('what is published with a link is sent at once, without waiting for answers', () => {
    expect(run([connected(), add('a'), add('b')]).done).toEqual(['send a', 'send b'])
  })

  it('what has no answer is sent again, in order, before what has never been sent', () => {
    const { done } = run([connected(), add('a'), add('b'), { type: 'link-down' }, add('c'), connected()])
    expect(done).toEqual(['send a', 'send b', 'send a', 'send b', 'send c'])
  })

  it('what was answered is not sent again, and is settled once', () => {
    const answer: OutboxEvent = { type: 'baro:published', payload: { id: 'a', position: 'p1' } }
    const { done, state } = run([connected(), add('a'), answer, answer, { type: 'link-down' }, connected()])
    expect(done).toEqual(['send a', 'settle p1'])
    expect(state.entries).toEqual([])
  })

  it('an error settles with its code; the same id twice shares the first answer', () => {
    expect(run([connected(), add('a'), failed('a', 'refused')]).done).toEqual(['send a', 'settle refused'])
    expect(run([connected(), add('a'), add('a'), failed('a', 'refused')]).done).toEqual([
      'send a',
      'send a',
      'settle refused',
      'settle refused',
    ])
  })

  it('a code that this client does not know reaches who published', () => {
    expect(run([connected(), add('a'), failed('a', 'code-of-tomorrow')]).done).toContain('settle code-of-tomorrow')
  })
})

describe('I5: what was sent may have been taken', () => {
  const cut: OutboxEvent = { type: 'link-down' }

  it('within the window it is sent again, beyond it the outcome is unknown', () => {
    expect(run([connected(), add('a'), cut, [9_000, connected()]]).done).toEqual(['send a', 'send a'])
    expect(run([connected(), add('a'), cut, [9_001, connected()]]).done).toEqual(['send a', 'settle unknown-outcome'])
  })

  it('the window begins when it was sent first, however often it is sent again', () => {
    const events = [connected(), add('a'), cut, [6_000, connected()], cut, [9_500, connected()]] as const
    expect(run(events).done).toEqual(['send a', 'send a', 'settle unknown-outcome'])
  })

  it('under another life of the claims the outcome is unknown at once', () => {
    const { done } = run([connected(), add('a'), cut, connected({ claimsEpoch: 'claims2' })])
    expect(done).toEqual(['send a', 'settle unknown-outcome'])
  })

  it('what was never sent may always be sent', () => {
    const { done } = run([add('a'), connected(), cut, add('b'), [1_000_000, connected({ claimsEpoch: 'claims2' })]])
    expect(done).toEqual(['send a', 'settle unknown-outcome', 'send b'])
  })

  it('closing settles what was sent as unknown, and the rest as closed', () => {
    const { done, state } = run([connected(), add('a'), cut, add('b'), { type: 'close' }])
    expect(done).toEqual(['send a', 'settle unknown-outcome', 'settle closed'])
    expect(state.entries).toEqual([])
  })
})

describe('patience', () => {
  it.each(['in-progress', 'rate-limited', 'unavailable'])(
    '%s is sent again later, and nothing overtakes it',
    (code) => {
      const waiting = [connected(), add('a'), add('b'), failed('a', code), add('c')]
      expect(run(waiting).done).toEqual(['send a', 'send b', 'pause'])
      expect(run([...waiting, { type: 'due' }]).done.slice(3)).toEqual(['send a', 'send c'])
    },
  )

  it('ends with the link: what waits goes out with the next', () => {
    const { done } = run([connected(), add('a'), failed('a', 'in-progress'), { type: 'link-down' }, connected()])
    expect(done).toEqual(['send a', 'pause', 'send a'])
  })

  it('ends with the window', () => {
    const { done } = run([connected(), add('a'), failed('a', 'in-progress'), [9_001, { type: 'due' }]])
    expect(done).toEqual(['send a', 'pause', 'settle unknown-outcome'])
  })

  it('is not for a request: it is told that it may ask again', () => {
    const { done } = run([connected(), add('q', { isOnce: true }), failed('q', 'rate-limited')])
    expect(done).toEqual(['send q', 'settle rate-limited'])
  })
})

describe('a request', () => {
  const question = add('q', { isOnce: true })

  it('waits for a link, is answered with the payload, whatever that is', () => {
    const answer: OutboxEvent = { type: 'baro:answer', payload: { id: 'q', payload: null } }
    expect(run([question, connected(), answer]).done).toEqual(['send q', 'settle null'])
  })

  it('is never sent twice: cut off, its outcome is unknown', () => {
    const { done } = run([connected(), question, { type: 'link-down' }, connected()])
    expect(done).toEqual(['send q', 'settle unknown-outcome'])
  })
})

describe('I7: the outbox is bounded', () => {
  it('what does not fit is refused, and what is in it stays', () => {
    const { done, state } = run([add('a', { bytes: 40 }), add('b', { bytes: 6 }), add('c', { bytes: 5 })])
    expect(done).toEqual(['settle unavailable'])
    expect(state.entries.map(({ id }) => id)).toEqual(['a', 'c'])
  })

  it('what is longer than the server takes is refused before it is sent, and others go on', () => {
    const tight = connected({ maxMessageBytes: 20 })
    expect(run([tight, add('a', { bytes: 21 }), add('b', { bytes: 20 })]).done).toEqual(['settle too-large', 'send b'])
    expect(run([add('a', { bytes: 21 }), add('b'), tight]).done).toEqual(['settle too-large', 'send b'])
  })
})
