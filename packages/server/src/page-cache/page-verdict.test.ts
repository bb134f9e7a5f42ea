import type { KeptPage } from '@baro/core/broker'
import { formatPosition, positionAfter, startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { judgePage, type PageMoment } from './page-verdict.ts'

const at = (offset: number, { epoch = 'life', id = `id${offset}` } = {}) =>
  offset === 0 ? startOf(epoch) : positionAfter(epoch, { offset, id })

const policy = { maxAgeMs: 10_000, maxStaleMs: 20_000, maxBehind: 2, waitBehind: 5, minIntervalMs: 1_000 }

function judge({
  position = at(3),
  ...more
}: Partial<PageMoment & KeptPage & { position: ReturnType<typeof at> }> = {}) {
  const { now = 5_000, heads = [at(3)], versions = ['1'], marks = [7], redactions = [7] } = more
  const reads = [{ channel: 'room:1', position: formatPosition(position), version: '1' }]
  const page: KeptPage = { about: null, parts: {}, tags: ['path:/'], mark: 7, renderedAt: 0, policy, reads, ...more }
  return judgePage(page, { now, heads, versions, marks, redactions })
}

describe('a page', () => {
  test.each<[string, Parameters<typeof judge>[0], object]>([
    ['at the head is fresh until its time is over', {}, { state: 'fresh', ttlMs: 5_000, behind: 0 }],
    ['as far behind as it may be is fresh', { heads: [at(5)] }, { state: 'fresh', behind: 2 }],
    ['further behind is stale', { heads: [at(6)] }, { state: 'stale', fault: 'behind', behind: 3, mayRender: true }],
    ['too far behind is waited for', { heads: [at(9)] }, { state: 'miss', fault: 'behind' }],
    ['too far behind within its interval is stale', { heads: [at(9)], now: 999 }, { state: 'stale', mayRender: false }],
    ['newer than a head that is a second old is fresh', { heads: [at(2)] }, { state: 'fresh', behind: 0 }],
    ['before the first publication is fresh', { position: at(0), heads: [at(0)] }, { state: 'fresh' }],
    ['older than its time is stale', { now: 10_000 }, { state: 'stale', fault: 'time', mayRender: true }],
    ['much older is waited for', { now: 30_000 }, { state: 'miss', fault: 'time' }],
    ['from the future by the skew of clocks is fresh', { now: -5_000 }, { state: 'fresh' }],
    ['from the future by more is stale: the clock was set back', { now: -5_001 }, { state: 'stale', fault: 'time' }],
    ['of a channel whose head nobody knows is stale', { heads: [undefined] }, { state: 'stale', fault: 'unknown' }],
    ['I4: of another life is waited for', { heads: [at(3, { epoch: 'next' })] }, { state: 'miss', fault: 'epoch' }],
    ['I4: of a history that was rewritten', { heads: [at(3, { id: 'other' })] }, { state: 'miss', fault: 'epoch' }],
    ['of another version is waited for', { versions: ['2'] }, { state: 'miss', fault: 'version' }],
    ['of a channel that is not defined any more', { versions: [undefined] }, { state: 'miss', fault: 'version' }],
    ['that was marked after it began is waited for', { marks: [8] }, { state: 'miss', fault: 'marked' }],
    ['that may show what was taken back', { redactions: [8], marks: [8] }, { state: 'miss', fault: 'redacted' }],
  ])('%s', (_, situation, verdict) => {
    expect(judge(situation)).toMatchObject(verdict)
  })

  test.each(['none', '1q.db.7.9.8', 'nonsense'])('that stands at "%s" cannot be compared', (position) => {
    const reads = [{ channel: 'room:1', position, version: '1' }]
    expect(judge({ reads })).toEqual({ state: 'miss', fault: 'epoch' })
  })

  test('of several snapshots is as far behind as the one that lacks most', () => {
    const reads = [at(3), at(1)].map((position) => ({
      channel: 'room:1',
      position: formatPosition(position),
      version: '1',
    }))
    expect(judge({ reads, heads: [at(4), at(4)], versions: ['1', '1'] })).toMatchObject({ state: 'stale', behind: 3 })
  })
})
