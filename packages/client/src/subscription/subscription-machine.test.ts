import { describe, expect, it } from 'vitest'
import { at, message, messages } from '../../test/chat.ts'
import {
  type DeliveryMessage,
  type SubscriptionEvent,
  type SubscriptionMoment,
  type SubscriptionState,
  subscriptionTransition,
} from './subscription-machine.ts'

const attempt = 3
const channel = 'chat:lobby'
const moment: SubscriptionMoment = {
  nextAttempt: 9,
  position: at(10),
  isLinked: true,
  backoff: undefined,
  fraction: 0.5,
}

const states: Readonly<Record<SubscriptionState['name'], SubscriptionState>> = {
  idle: { name: 'idle', attempt, tries: 0 },
  waiting: { name: 'waiting', attempt, tries: 1, reason: 'unavailable', dueInMs: 500 },
  connecting: { name: 'connecting', attempt, tries: 1, at: at(10) },
  live: { name: 'live', attempt, tries: 0, at: at(10) },
  refused: { name: 'refused', attempt, tries: 0, reason: 'refused' },
}

function recovered(position: string, follows = at(10), number = attempt): SubscriptionEvent {
  return { type: 'baro:recovered', payload: { channel, attempt: number, follows, position, publications: [] } }
}
function reset(position: string, reason = 'epoch', number = attempt): SubscriptionEvent {
  return { type: 'baro:reset', payload: { channel, attempt: number, reason, position, snapshot: [] } }
}
function delivery(from: number, to: number): DeliveryMessage {
  const publications = messages(from + 1, to)
  return { type: 'baro:publications', payload: { channel, follows: at(from), position: at(to), publications } }
}
function error(code: string, number = attempt): SubscriptionEvent {
  return { type: 'baro:error', payload: { code, message: code, channel, attempt: number } }
}

const events = {
  follow: { type: 'follow' },
  unfollow: { type: 'unfollow' },
  'link-up': { type: 'link-up' },
  'link-down': { type: 'link-down' },
  ask: { type: 'ask' },
  short: { type: 'short' },
  due: { type: 'due' },
  recovered: recovered(at(12)),
  'recovered, of an older attempt': recovered(at(12), at(10), attempt - 1),
  'recovered, from elsewhere': recovered(at(12), at(11)),
  'reset forward': reset(at(20)),
  'reset to another epoch': reset(at(3, 'epoch2')),
  'reset, of an older attempt': reset(at(20), 'epoch', attempt - 1),
  'reset to where it has been': reset(at(9)),
  'reset back, the newest being lost': reset(at(9), 'beyond-head'),
  'a delivery that follows': delivery(10, 12),
  'a delivery it has': delivery(8, 10),
  'a delivery after a gap': delivery(11, 12),
  'an error that may pass': error('unavailable'),
  'an error that will not pass': error('refused'),
  'an error of an older attempt': error('refused', attempt - 1),
  'ended by the hub': { type: 'baro:unsubscribed', payload: { channel, code: 'refused' } },
  'our own goodbye answered': { type: 'baro:unsubscribed', payload: { channel } },
} as const satisfies Readonly<Record<string, SubscriptionEvent>>

// Where each event leads from each state; '·' changes nothing, not even the object.
const names = ['idle', 'waiting', 'connecting', 'live', 'refused'] as const
const table: Readonly<Record<keyof typeof events, readonly string[]>> = {
  /*                                 idle  waiting  subscribing  live  refused */
  follow: ['connecting', '·', '·', '·', '·'],
  unfollow: ['·', 'idle', 'idle', 'idle', 'idle'],
  'link-up': ['·', 'connecting', 'connecting', 'connecting', 'connecting'],
  'link-down': ['·', 'waiting', 'waiting', 'waiting', '·'],
  ask: ['·', '·', '·', 'connecting', 'connecting'],
  short: ['·', '·', '·', 'connecting', '·'],
  due: ['·', 'connecting', '·', '·', '·'],
  recovered: ['·', '·', 'live', '·', '·'],
  'recovered, of an older attempt': ['·', '·', '·', '·', '·'],
  'recovered, from elsewhere': ['·', '·', 'connecting', '·', '·'],
  'reset forward': ['·', '·', 'live', 'live', '·'],
  'reset to another epoch': ['·', '·', 'live', 'live', '·'],
  'reset, of an older attempt': ['·', '·', '·', '·', '·'],
  'reset to where it has been': ['·', '·', 'live', '·', '·'],
  'reset back, the newest being lost': ['·', '·', 'live', 'live', '·'],
  'a delivery that follows': ['·', '·', '·', 'live', '·'],
  'a delivery it has': ['·', '·', '·', '·', '·'],
  'a delivery after a gap': ['·', '·', '·', 'connecting', '·'],
  'an error that may pass': ['·', '·', 'waiting', 'waiting', '·'],
  'an error that will not pass': ['·', '·', 'refused', 'refused', '·'],
  'an error of an older attempt': ['·', '·', '·', '·', '·'],
  'ended by the hub': ['·', '·', '·', 'refused', '·'],
  'our own goodbye answered': ['·', '·', '·', '·', '·'],
}

function after(state: SubscriptionState, event: SubscriptionEvent, changes: Partial<SubscriptionMoment> = {}) {
  return subscriptionTransition(state, event, { ...moment, ...changes })
}
function actionsOf(state: SubscriptionState, event: SubscriptionEvent): readonly string[] {
  return after(state, event).actions.map(({ type }) => type)
}

describe('the subscription machine is total', () => {
  const cells = Object.entries(events).flatMap(([name, event]) =>
    names.map((from, column) => [name, from, table[name as keyof typeof events][column] ?? '', event] as const),
  )
  it.each(cells)('%s, in %s: %s', (_, from, to, event) => {
    const { state } = after(states[from], event)
    if (to === '·') expect(state).toBe(states[from])
    else {
      expect(state.name).toBe(to)
      expect(state).not.toBe(states[from])
    }
  })

  it.each(cells)('%s, in %s: a new attempt is asked for exactly when it is entered', (_, from, __, event) => {
    const { state, actions } = after(states[from], event)
    const isAsking = actions.some(({ type }) => type === 'subscribe')
    expect(isAsking).toBe(state.name === 'connecting' && state !== states[from])
    expect(state.attempt).toBe(isAsking ? moment.nextAttempt : attempt)
  })

  it.each(names)('%s never asks without a link', (from) => {
    for (const event of Object.values(events))
      expect(after(states[from], event, { isLinked: false }).state.name).toSatisfy(
        (name) => name !== 'connecting' || from === 'connecting',
      )
  })
})

describe('asking', () => {
  it('begins where the store stands, with a number that no attempt has had', () => {
    expect(after(states.waiting, { type: 'link-up' })).toEqual({
      state: { name: 'connecting', attempt: 9, tries: 1, at: at(10) },
      actions: [{ type: 'subscribe' }],
    })
  })

  it('waits for a link where there is none', () => {
    expect(after(states.idle, { type: 'follow' }, { isLinked: false })).toEqual({
      state: { name: 'waiting', attempt, tries: 0 },
      actions: [],
    })
  })

  it('asks for a new snapshot if what it shows is short, and takes no publication until it has come', () => {
    const asked = after(states.live, { type: 'short' })
    expect(asked).toMatchObject({ state: { name: 'connecting', at: '' }, actions: [{ type: 'subscribe' }] })
    expect(after(asked.state, delivery(10, 12)).actions).toEqual([])
    expect(after(asked.state, { type: 'short' }).state).toBe(asked.state)
  })

  it('asks again if the store has moved while it was asking, and not otherwise', () => {
    expect(after(states.connecting, { type: 'ask' }, { position: at(15) }).state).toMatchObject({ at: at(15) })
    expect(after(states.connecting, { type: 'ask' }).state).toBe(states.connecting)
  })

  it('says goodbye where the hub follows the channel for it, or may', () => {
    expect(actionsOf(states.live, { type: 'unfollow' })).toEqual(['unsubscribe'])
    expect(after(states.waiting, { type: 'unfollow' }, { isLinked: false }).actions).toEqual([])
  })
})

describe('I2: nothing is skipped in silence', () => {
  it('a delivery that follows is taken, and the reader stands where it leads', () => {
    const event = delivery(10, 12)
    expect(after(states.live, event)).toEqual({
      state: { name: 'live', attempt, tries: 0, at: at(12) },
      actions: [event],
    })
  })

  it('a delivery that does not follow is a gap: the client asks, at once the first time', () => {
    expect(actionsOf(states.live, delivery(11, 12))).toEqual(['gaps', 'subscribe'])
  })

  it('of one that begins before the reader, what follows it is taken', () => {
    const { state, actions } = after(states.live, delivery(8, 12))
    expect(actions).toEqual([
      {
        type: 'baro:publications',
        payload: { channel, follows: at(10), position: at(12), publications: messages(11, 12) },
      },
    ])
    expect(state).toMatchObject({ name: 'live', at: at(12) })
  })

  it('offsets may be sparse, a delivery empty, and a position beyond its last publication', () => {
    const sparse = (follows: string, position: string, ...offsets: number[]): DeliveryMessage => ({
      type: 'baro:publications',
      payload: { channel, follows, position, publications: offsets.map((offset) => message(offset)) },
    })
    const moved = after(states.live, sparse(at(10), at(20)))
    expect(moved.state).toMatchObject({ name: 'live', at: at(20) })
    expect(after(moved.state, sparse(at(20), at(40), 33, 37)).state).toMatchObject({ name: 'live', at: at(40) })
    expect(actionsOf(moved.state, sparse(at(12), at(20), 15))).toEqual(['suppressed'])
    // Nothing in it proves that the reader is on its way.
    expect(actionsOf(moved.state, sparse(at(12), at(30), 15, 25))).toEqual(['gaps', 'subscribe'])
  })

  it('I4: unless the publication where the reader stands is another one there, or is not there', () => {
    const { payload } = delivery(8, 12)
    const rewritten = payload.publications.map((one) => (one.offset === 10 ? { ...one, id: 'another' } : one))
    for (const publications of [rewritten, payload.publications.slice(2)])
      expect(actionsOf(states.live, { type: 'baro:publications', payload: { ...payload, publications } })).toEqual([
        'gaps',
        'subscribe',
      ])
  })

  it('so is one of another epoch, and one from a history that was rewritten', () => {
    const { payload } = delivery(10, 12)
    for (const follows of [at(10, 'epoch2'), '1a.epoch1.10.000009'])
      expect(
        actionsOf(states.live, { type: 'baro:publications', payload: { ...payload, follows, position: at(99, 'e') } }),
      ).toEqual(['gaps', 'subscribe'])
  })

  it('gaps in a row are asked about with backoff, until a delivery fits', () => {
    const again = after(states.live, delivery(11, 12)).state
    const live = after(again, recovered(at(12), at(10), 9)).state
    expect(live).toMatchObject({ name: 'live', tries: 2 })
    const waiting = after(live, delivery(13, 14))
    expect(waiting.state).toEqual({ name: 'waiting', attempt: 9, tries: 2, reason: 'gap', dueInMs: 2_000 })
    expect(waiting.actions).toEqual([{ type: 'gaps' }])
    expect(after(live, delivery(12, 13)).state).toMatchObject({ name: 'live', tries: 0 })
  })

  it('an answer that continues from elsewhere is a gap too', () => {
    expect(actionsOf(states.connecting, recovered(at(12), at(11)))).toEqual(['gaps', 'subscribe'])
  })
})

describe('I1: nothing is taken twice', () => {
  it('copies of what the reader has passed are suppressed', () => {
    expect(actionsOf(states.live, delivery(8, 10))).toEqual(['suppressed'])
    expect(actionsOf(states.live, delivery(10, 10))).toEqual(['baro:publications'])
    expect(actionsOf(states.live, recovered(at(10)))).toEqual(['suppressed'])
    expect(actionsOf(states.live, reset(at(9)))).toEqual(['suppressed'])
    expect(actionsOf(states.live, reset(at(10)))).toEqual(['suppressed'])
  })

  it('what was still on the way when the client asked again is left out', () => {
    expect(after(states.connecting, delivery(10, 12))).toEqual({ state: states.connecting, actions: [] })
  })
})

describe('I3: only the answer to the newest attempt counts', () => {
  it.each([recovered(at(12), at(10), 2), reset(at(20), 'epoch', 2), reset(at(20), 'epoch', 4), error('refused', 2)])(
    'an answer to another attempt changes nothing: %j',
    (event) => {
      for (const name of names) expect(after(states[name], event)).toEqual({ state: states[name], actions: [] })
    },
  )

  it('the answer may move the reader anywhere', () => {
    for (const position of [at(0), at(3, 'epoch2'), at(99)])
      expect(after(states.connecting, reset(position)).state).toEqual({
        name: 'live',
        attempt,
        tries: 1,
        at: position,
      })
  })
})

describe('an error', () => {
  it('that may pass is asked about again, later each time', () => {
    const { state } = after({ ...states.connecting, tries: 3 }, error('rate-limited'))
    expect(state).toEqual({ name: 'waiting', attempt, tries: 3, reason: 'rate-limited', dueInMs: 4_000 })
    expect(after(state, { type: 'due' }).state).toMatchObject({ name: 'connecting', tries: 4 })
  })

  it('that will not pass is kept as the reason until there is another link', () => {
    const { state } = after(states.connecting, error('bad-name'))
    expect(state).toEqual({ name: 'refused', attempt, tries: 0, reason: 'bad-name' })
    expect(after(state, { type: 'link-down' }).state).toBe(state)
    expect(after(state, { type: 'link-up' }).state.name).toBe('connecting')
  })

  it('of a code that this client does not know will not pass', () => {
    expect(after(states.connecting, error('code-of-tomorrow')).state).toMatchObject({ reason: 'code-of-tomorrow' })
  })

  it('that says outdated is told', () => {
    expect(actionsOf(states.connecting, error('outdated'))).toEqual(['outdated'])
    expect(actionsOf(states.connecting, error('refused'))).toEqual([])
  })

  describe('that says outdated', () => {
    const outdated = after(states.connecting, error('outdated')).state
    const asked = after(outdated, { type: 'due' })

    it('is asked about again later, with growing waits, because another node may be of this version', () => {
      expect(outdated).toEqual({ name: 'refused', attempt, tries: 1, reason: 'outdated', dueInMs: 15_000 })
      expect(asked).toMatchObject({
        state: { name: 'connecting', tries: 2, at: at(10) },
        actions: [{ type: 'subscribe' }],
      })
      const again = after(asked.state, error('outdated', 9))
      expect(again.state).toMatchObject({ name: 'refused', dueInMs: 30_000 })
      expect(again.actions).toEqual([{ type: 'outdated' }])
      expect(after({ ...again.state, tries: 30 }, { type: 'due' }).state).toMatchObject({ tries: 31 })
      expect(after({ ...asked.state, tries: 31 }, error('outdated', 9)).state).toMatchObject({ dueInMs: 300_000 })
    })

    it('stays the reason until there is another answer', () => {
      expect(asked.state.reason).toBe('outdated')
      expect(after(asked.state, recovered(at(12), at(10), 9)).state).toEqual({
        ...{ name: 'live', attempt: 9, tries: 2, at: at(12) },
      })
      expect(after(asked.state, error('refused', 9)).state).toEqual({
        ...{ name: 'refused', attempt: 9, tries: 0, reason: 'refused' },
      })
    })

    it('is asked about at the next link, if there is none', () => {
      const unlinked = { ...moment, isLinked: false }
      expect(subscriptionTransition(outdated, { type: 'due' }, unlinked)).toEqual({ state: outdated, actions: [] })
      expect(after(outdated, { type: 'link-up' }).state).toMatchObject({ name: 'connecting', reason: 'outdated' })
    })
  })

  it('that says unknown-channel is asked about again, and the page is old if a hub has given it a position', () => {
    const { state, actions } = after(states.connecting, error('unknown-channel'))
    expect(state).toEqual({ name: 'refused', attempt, tries: 1, reason: 'unknown-channel', dueInMs: 15_000 })
    expect(actions).toEqual([{ type: 'outdated' }])
    for (const position of [undefined, 'none'])
      expect(after(states.connecting, error('unknown-channel'), { position }).actions).toEqual([])
    const asked = after(state, { type: 'due' }).state
    expect(asked).toMatchObject({ name: 'connecting', tries: 2, reason: 'unknown-channel' })
    expect(after(asked, recovered(at(12), at(10), 9)).state).toMatchObject({ name: 'live' })
  })

  it('about a position that is none to the hub is answered by asking without one', () => {
    expect(after(states.connecting, error('bad-position'))).toMatchObject({
      state: { name: 'connecting', attempt: 9, at: '' },
      actions: [{ type: 'subscribe' }],
    })
  })
})
