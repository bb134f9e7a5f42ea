import { describe, expect, test } from 'vitest'
import type { HubEvent } from './hub-events.ts'
import { Journal } from './journal.ts'
import { explain } from './why.ts'

const who = { session: 'a', user: 'ada', rung: 'websocket', channel: 'room:1' } as const
const link = { session: 'a', user: 'ada', rung: 'websocket' } as const

/** The events of one session, one every second. */
function pageOf(...facts: readonly object[]) {
  const journal = new Journal({ nowMs: 0, maxBytes: 1e6 })
  for (const [index, one] of facts.entries()) journal.take({ atMs: (index + 1) * 1_000, ...one } as HubEvent)
  return journal.ofSession('a')
}

const connected = { name: 'connected', ...link }
const from41 = { name: 'subscribed', ...who, from: 41 }
const recoveredAt = (offset: number, isLive = true) => ({ name: 'recovered', ...who, offset, publications: 0, isLive })
const cutAt = (offset: number) => ({ name: 'cut', ...who, offset })
const liveAt = (offset: number) => ({ name: 'live', ...who, offset })
const resetAt = (offset: number) => ({ name: 'reset', ...who, reason: 'trimmed', offset, isLive: true })
const refused = { name: 'refused', ...who, code: 'refused', message: 'No.', isOfFollowing: true }
const publishRefused = { name: 'refused', ...who, code: 'invalid-payload', message: 'No.', isOfFollowing: false }
const left = { name: 'unsubscribed', ...who }
const gone = { name: 'disconnected', ...link, code: 1006, reason: '' }
const elsewhere = { ...recoveredAt(99), channel: 'room:2' }

describe('of a publication at 42, from what happened to a session, the outcome', () => {
  test.each<[string, readonly object[], atSecond: number, outcome: string, cause: string | undefined]>([
    ['was live when it came', [connected, from41, recoveredAt(41)], 9, 'live', undefined],
    ['came back when it had been', [connected, from41, recoveredAt(42)], 1, 'caught-up', undefined],
    ['catches up, and came to it', [connected, from41, recoveredAt(41, false), liveAt(45)], 1, 'caught-up', undefined],
    ['catches up, and has not come to it', [connected, from41, recoveredAt(41, false)], 1, 'waiting', 'too-slow'],
    ['was cut behind it', [connected, from41, recoveredAt(41), cutAt(42)], 4, 'live', undefined],
    ['was cut before it, and waits', [connected, from41, recoveredAt(41), cutAt(41)], 4, 'waiting', 'too-slow'],
    [
      'was cut before it, and caught up',
      [connected, from41, recoveredAt(41), cutAt(41), liveAt(43)],
      4,
      'caught-up',
      undefined,
    ],
    ['was cut, and reset', [connected, from41, recoveredAt(41), cutAt(41), resetAt(50)], 4, 'in-state', undefined],
    ['was reset to an older state', [connected, from41, resetAt(41)], 9, 'live', undefined],
    ['was refused', [connected, from41, left, refused], 9, 'missed', 'refused'],
    ['had a publish refused', [connected, from41, recoveredAt(41), publishRefused], 9, 'live', undefined],
    ['left before', [connected, from41, recoveredAt(41), left], 9, 'missed', 'left'],
    ['left afterwards', [connected, from41, recoveredAt(41), left], 3.5, 'live', undefined],
    ['broke before', [connected, from41, recoveredAt(41), left, gone], 9, 'missed', 'disconnected'],
    ['follows another channel', [connected, elsewhere], 9, 'missed', 'not-subscribed'],
    ['waits for its rule', [connected, from41], 9, 'missed', 'waits-for-answer'],
  ])('of who %s', (_, facts, atSecond, outcome, cause) => {
    const answer = explain(pageOf(...facts), { session: 'a', user: 'ada' }, 'room:1', {
      offset: 42,
      atMs: atSecond * 1_000,
    })
    expect([answer.outcome, answer.cause]).toEqual([outcome, cause])
    expect(answer.sentence).not.toBe('')
  })

  test('is not guessed where the journal does not go back so far', () => {
    const page = { ...pageOf(connected), sinceMs: 900 }
    const answer = explain(page, { session: 'a', user: 'ada' }, 'room:1', { offset: 42, atMs: 500 })
    expect([answer.outcome, answer.cause, answer.sinceMs]).toEqual(['unknown', 'journal-too-short', 900])
  })
})

test('what went wrong is told newest first, with its code', () => {
  const { troubles } = explain(pageOf(connected, from41, cutAt(41), publishRefused), who, 'room:1')
  expect(troubles.map(({ code }) => code)).toEqual(['invalid-payload', 'slow'])
})
