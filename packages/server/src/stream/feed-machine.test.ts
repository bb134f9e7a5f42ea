import { describe, expect, test } from 'vitest'
import { type FeedAction, type FeedEvent, type FeedState, feedTransition } from './feed-machine.ts'

const states: Readonly<Record<string, FeedState>> = {
  opening: { name: 'opening', again: false },
  'opening again': { name: 'opening', again: true },
  open: { name: 'open' },
  reading: { name: 'reading', again: false },
  'reading again': { name: 'reading', again: true },
  waiting: { name: 'waiting' },
  closed: { name: 'closed' },
}

const events: Readonly<Record<string, FeedEvent>> = {
  opened: { name: 'opened' },
  follows: { name: 'delivered', where: 'follows' },
  ahead: { name: 'delivered', where: 'ahead' },
  behind: { name: 'delivered', where: 'behind' },
  lost: { name: 'lost' },
  asked: { name: 'asked' },
  read: { name: 'read' },
  failed: { name: 'failed' },
  due: { name: 'due' },
  close: { name: 'close' },
}

/** The next state and the actions, for each state and event that means something together. */
const table: Readonly<Record<string, Readonly<Record<string, readonly [next: string, ...FeedAction[]]>>>> = {
  opening: {
    opened: ['open', 'deliver-kept'],
    follows: ['opening', 'keep'],
    ahead: ['opening', 'keep'],
    behind: ['opening', 'keep'],
    lost: ['opening again'],
    asked: ['opening again'],
    close: ['closed'],
  },
  'opening again': {
    opened: ['reading', 'deliver-kept', 'read'],
    follows: ['opening again', 'keep'],
    ahead: ['opening again', 'keep'],
    behind: ['opening again', 'keep'],
    lost: ['opening again'],
    asked: ['opening again'],
    close: ['closed'],
  },
  open: {
    follows: ['open', 'apply'],
    ahead: ['reading', 'count-gap', 'read'],
    lost: ['reading', 'read'],
    asked: ['reading', 'read'],
    close: ['closed'],
  },
  reading: {
    follows: ['reading', 'apply'],
    ahead: ['reading again', 'count-gap'],
    lost: ['reading again'],
    asked: ['reading again'],
    read: ['open'],
    failed: ['waiting', 'wait'],
    close: ['closed'],
  },
  'reading again': {
    follows: ['reading again', 'apply'],
    ahead: ['reading again', 'count-gap'],
    lost: ['reading again'],
    asked: ['reading again'],
    read: ['reading', 'read'],
    failed: ['waiting', 'wait'],
    close: ['closed'],
  },
  waiting: {
    follows: ['waiting', 'apply'],
    ahead: ['reading', 'count-gap', 'stop-waiting', 'read'],
    lost: ['reading', 'stop-waiting', 'read'],
    asked: ['reading', 'stop-waiting', 'read'],
    due: ['reading', 'read'],
    close: ['closed', 'stop-waiting'],
  },
  closed: {},
}

describe('a feed', () => {
  const cases = Object.keys(states).flatMap((state) => Object.keys(events).map((event) => [state, event] as const))
  test.each(cases)('%s: %s', (state, event) => {
    const [next = state, ...actions] = table[state]?.[event] ?? []
    const step = feedTransition(states[state] as FeedState, events[event] as FeedEvent)
    expect(step.state).toEqual(states[next])
    expect(step.actions).toEqual(actions)
  })
})
