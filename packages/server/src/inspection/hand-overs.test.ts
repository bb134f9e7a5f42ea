import { describe, expect, test } from 'vitest'
import type { HubEventFacts, HubEventName } from '../observe/hub-events.ts'
import type { JournalEvent } from '../observe/journal.ts'
import { counted, handOversOf } from './hand-overs.ts'

const channel = 'room:1'
let now = 0

function event<Name extends HubEventName>(name: Name, facts: Partial<HubEventFacts[Name]>): JournalEvent {
  const atMs = ++now * 1_000
  return { name, atMs, channel, times: 1, untilMs: atMs, ...facts } as unknown as JournalEvent
}

/** History from an offset on, published a second apart. */
const history = (floor: number, ...offsets: readonly number[]) => ({
  floor,
  publications: offsets.map((offset) => ({ offset, time: now * 1_000 + offset })),
})

const proofsOf = (events: readonly JournalEvent[], kept: ReturnType<typeof history> | undefined) =>
  handOversOf(events).map((told) => counted(told, kept))

describe('the proof of a hand-over', () => {
  test('is rendered at 41, resumed at 41, first live 42, 0 missing', () => {
    const events = [
      event('subscribed', { from: 41 }),
      event('recovered', { offset: 41, publications: 0, isLive: true }),
    ]
    expect(proofsOf(events, history(0, 40, 41, 42))).toMatchObject([
      { renderedAt: 41, outcome: 'recovered', resumedAt: 41, caughtUp: 0, liveAt: 41, firstLive: 42, missing: 0 },
    ])
  })

  test('counts what history has and the answer had not', () => {
    const events = [
      event('subscribed', { from: 41 }),
      event('recovered', { offset: 44, publications: 2, isLive: true }),
    ]
    expect(proofsOf(events, history(0, 41, 42, 43, 44))).toMatchObject([{ caughtUp: 2, missing: 1 }])
  })

  test('says nothing of what is not kept any more', () => {
    const events = [
      event('subscribed', { from: 41 }),
      event('recovered', { offset: 44, publications: 3, isLive: true }),
    ]
    const [proof] = proofsOf(events, history(43, 44))
    expect(proof?.missing).toBeUndefined()
    expect(proofsOf(events, undefined)[0]?.missing).toBeUndefined()
  })

  test('is complete after a reset, because the newest state has everything', () => {
    const events = [event('subscribed', { from: 3 }), event('reset', { reason: 'trimmed', offset: 44, isLive: true })]
    expect(proofsOf(events, history(43, 44, 45))).toMatchObject([
      { renderedAt: 3, outcome: 'reset', reason: 'trimmed', resumedAt: 44, firstLive: 45, missing: 0 },
    ])
  })

  test('has no first live one, if the session had gone by then', () => {
    const events = [
      event('subscribed', { from: 41 }),
      event('recovered', { offset: 41, publications: 0, isLive: true }),
      event('disconnected', { code: 1_006, reason: '' }),
    ]
    expect(proofsOf(events, history(0, 41, 42))[0]?.firstLive).toBeUndefined()
  })

  test('waits for the answer, and begins anew with each subscribe', () => {
    const events = [
      event('subscribed', { from: 'none' }),
      event('subscribed', { from: 41 }),
      event('recovered', { offset: 60, publications: 10, isLive: false }),
      event('live', { offset: 80 }),
    ]
    expect(proofsOf(events, history(0, 41, 81))).toMatchObject([
      { renderedAt: 'none', outcome: 'asked' },
      { renderedAt: 41, resumedAt: 41, liveAt: 80, firstLive: 81, missing: 0 },
    ])
  })
})
