import { describe, expect, it } from 'vitest'
import { at, message, messages } from '../../test/chat.ts'
import { beginProof, continueProof } from './hand-over.ts'

const channel = 'chat:lobby'
const follows = at(41)
const recovered = (position: string, publications = messages(42, 41)) =>
  ({ type: 'baro:recovered', payload: { channel, attempt: 1, follows, position, publications } }) as const
const delivery = (from: string, position: string, publications = messages(1, 0)) => ({
  channel,
  follows: from,
  position,
  publications,
})

describe('the proof of a hand-over', () => {
  it('rendered at 41, resumed at 41, first live 42, 0 missing', () => {
    const resumed = beginProof(41, follows, recovered(at(41)))
    expect(resumed.handOver).toEqual({ rendered: 41, outcome: 'recovered', resumedAt: 41, recovered: 0, missing: 0 })
    const live = continueProof(resumed, delivery(follows, at(43), messages(42, 43)))
    expect(live.handOver).toEqual({ ...resumed.handOver, firstLive: 42 })
    expect(continueProof(live, delivery(at(43), at(44), messages(44, 44))).handOver).toBe(live.handOver)
  })

  it('counts what was recovered', () => {
    const resumed = beginProof(41, follows, recovered(at(45), messages(42, 45)))
    expect(resumed.handOver).toMatchObject({ resumedAt: 41, recovered: 4, missing: 0 })
    const live = continueProof(resumed, delivery(at(45), at(46), messages(46, 46)))
    expect(live.handOver).toMatchObject({ firstLive: 46, missing: 0 })
  })

  it('says why the hub began anew, and where', () => {
    const payload = { channel, attempt: 1, reason: 'trimmed', position: at(99), snapshot: [] }
    expect(beginProof(41, follows, { type: 'baro:reset', payload }).handOver).toEqual({
      rendered: 41,
      outcome: 'reset',
      reason: 'trimmed',
      resumedAt: 99,
      recovered: 0,
      missing: 0,
    })
  })

  it('misses nothing where offsets are sparse, and where a position is beyond its last publication', () => {
    const resumed = beginProof(41, follows, recovered(at(60), [message(44), message(57)]))
    const live = continueProof(resumed, delivery(at(60), at(90), [message(71)]))
    const later = continueProof(live, delivery(at(90), at(120), [message(118), message(120)]))
    expect(later.handOver).toMatchObject({ resumedAt: 41, recovered: 2, firstLive: 71, missing: 0 })
  })

  it('is not live with a delivery that only moves the position, and goes on from there', () => {
    const resumed = beginProof(undefined, follows, recovered(at(41)))
    const moved = continueProof(resumed, delivery(at(41), at(50)))
    expect(moved).toEqual({ handOver: resumed.handOver, at: at(50) })
    expect(moved.handOver).toBe(resumed.handOver)
    expect(continueProof(moved, delivery(at(50), at(51), messages(51, 51))).handOver).toMatchObject({
      firstLive: 51,
      missing: 0,
    })
  })

  it('I2: counts each delivery that does not begin where the one before had led, whoever let it through', () => {
    const resumed = beginProof(undefined, follows, recovered(at(42), messages(42, 42)))
    const gap = continueProof(resumed, delivery(at(43), at(44), messages(44, 44)))
    expect(gap.handOver).toMatchObject({ firstLive: 44, missing: 1 })
    const next = continueProof(gap, delivery(at(44), at(45), messages(45, 45)))
    expect(next.handOver).toBe(gap.handOver)
    expect(continueProof(next, delivery(at(40), at(46), messages(46, 46))).handOver.missing).toBe(2)
  })

  it('I2: counts an answer that does not continue what is shown', () => {
    expect(beginProof(41, at(40), recovered(at(42), messages(42, 42))).handOver.missing).toBe(1)
    expect(beginProof(41, at(41, 'epoch2'), recovered(at(42), messages(42, 42))).handOver.missing).toBe(1)
  })
})
