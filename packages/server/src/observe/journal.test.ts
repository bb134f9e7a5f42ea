import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { HubEvent } from './hub-events.ts'
import { Journal } from './journal.ts'

const cutAt = (atMs: number, session = 'a'): HubEvent => ({
  ...{ name: 'cut', atMs, session, user: 'ada', rung: 'websocket', channel: 'room:1', offset: atMs },
})
const journal = (maxBytes = 1e6) => new Journal({ nowMs: 0, maxBytes })
const times = (page: { readonly events: readonly { readonly atMs: number }[] }) => page.events.map(({ atMs }) => atMs)

describe('a journal', () => {
  test('keeps the last 200 events of a session, and says since when nothing of it is missing', () => {
    const kept = journal()
    for (let atMs = 1; atMs <= 250; atMs++) kept.take(cutAt(atMs))
    kept.take(cutAt(251, 'b'))
    expect(times(kept.ofSession('a'))).toEqual(Array.from({ length: 200 }, (_, index) => index + 51))
    expect(kept.ofSession('a').sinceMs).toBe(50)
    expect(kept.ofSession('b').sinceMs).toBe(0)
  })

  test('I7: of all sessions together keeps what fits, and forgets the oldest first', () => {
    const kept = journal(10_000)
    for (let atMs = 1; atMs <= 1_000; atMs++) kept.take(cutAt(atMs, `session ${atMs % 100}`))
    expect(kept.bytes).toBeLessThanOrEqual(10_000)
    const all = kept.sessions().flatMap(({ session }) => times(kept.ofSession(session)))
    expect(Math.min(...all)).toBe(kept.sinceMs + 1)
    expect(all.length).toBe(1_000 - kept.sinceMs)
  })

  test('I7: does not grow with sessions that are forgotten', () => {
    const kept = journal(10_000)
    for (let atMs = 1; atMs <= 1_000; atMs++) kept.take(cutAt(atMs, `session ${atMs}`))
    expect(kept.sessions().length).toBe(1_000 - kept.sinceMs)
  })

  test.each([
    ['a crowd of guests, each for a moment', 1, 8, 8],
    ['a crowd with long names', 1, 250, 120],
    ['sessions that stay, with long names', 200, 250, 120],
  ])('I7: takes no more memory than it may: %s', (_, eventsOfEach, channelLength, userLength) => {
    const maxBytes = 4 << 20
    const text = (length: number, number: number) => Buffer.from(`${number} `.padEnd(length, 'x')).toString()
    const before = usedBytes()
    const kept = journal(maxBytes)
    for (let atMs = 0; atMs < 40_000; atMs++) {
      const number = Math.floor(atMs / eventsOfEach)
      const [session, user] = [text(16, number), text(userLength, number)]
      kept.take({ ...cutAt(atMs, session), user, channel: text(channelLength, atMs) } as HubEvent)
    }
    expect(kept.sinceMs).toBeGreaterThan(0)
    // A tenth is for what else this process has begun to keep.
    expect(usedBytes() - before).toBeLessThan(1.1 * maxBytes)
    expect(kept.bytes).toBeLessThanOrEqual(maxBytes)
  })

  test('notes what comes again and again once, with how often', () => {
    const kept = journal()
    const dropped = (atMs: number): HubEvent => ({ ...cutAt(atMs), name: 'signal-dropped' }) as never
    for (let atMs = 1; atMs <= 1_000; atMs++) kept.take(dropped(atMs))
    expect(kept.ofSession('a').events).toMatchObject([
      { name: 'signal-dropped', atMs: 1, times: 1_000, untilMs: 1_000 },
    ])
  })

  test('is not filled by clients that ask for news with requests, and get none', () => {
    const kept = journal()
    const who = { session: 'a', user: 'ada', rung: 'poll', channel: 'room:1' } as const
    kept.take({ name: 'connected', atMs: 1, ...who })
    kept.take({ name: 'recovered', atMs: 2, ...who, offset: 4, publications: 0, isLive: true })
    kept.take({ name: 'recovered', atMs: 3, ...who, offset: 5, publications: 1, isLive: true })
    expect(kept.sessions()).toEqual([])
    expect(times(kept.ofUser('ada'))).toEqual([3])
  })

  test('finds the sessions of a user, also of one who was let in later, the newest first', () => {
    const kept = journal()
    kept.take({ name: 'refused', atMs: 1, session: 'b', code: 'bad-message', message: '' })
    kept.take(cutAt(2, 'a'))
    kept.take({ name: 'connected', atMs: 3, session: 'b', user: 'ada', rung: 'sse' })
    kept.take({ ...cutAt(4, 'c'), user: 'bob' } as HubEvent)
    expect(kept.sessions('ada').map(({ session }) => session)).toEqual(['b', 'a'])
  })
})

/** Of this thread, after everything that nobody holds is gone. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let round = 0; round < 2; round++) collect()
  return getHeapStatistics().used_heap_size
}
