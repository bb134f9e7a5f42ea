import { describe, expect, it } from 'vitest'
import { at, messages } from '../test/chat.ts'
import { handOverAt, handOverLive } from './hand-over.ts'

const channel = 'chat:lobby'
const follows = at(41)

describe('the proof of a hand-over', () => {
  it('rendered at 41, resumed at 41, first live 42, 0 missing', () => {
    const payload = { channel, attempt: 1, follows, position: at(41), publications: [] }
    const resumed = handOverAt(41, { type: 'baro:recovered', payload })
    expect(resumed).toEqual({ rendered: 41, outcome: 'recovered', resumedAt: 41, recovered: 0, missing: 0 })
    const live = handOverLive(resumed, { channel, follows, position: at(43), publications: messages(42, 43) })
    expect(live).toEqual({ ...resumed, firstLive: 42 })
    expect(handOverLive(live, { channel, follows: at(43), position: at(44), publications: messages(44, 44) })).toBe(
      live,
    )
  })

  it('counts what was recovered', () => {
    const payload = { channel, attempt: 1, follows, position: at(45), publications: messages(42, 45) }
    const resumed = handOverAt(41, { type: 'baro:recovered', payload })
    expect(resumed).toMatchObject({ resumedAt: 41, recovered: 4, missing: 0 })
    const delivery = { channel, follows: at(45), position: at(46), publications: messages(46, 46) }
    expect(handOverLive(resumed, delivery)).toMatchObject({ firstLive: 46, missing: 0 })
  })

  it('says why the server began anew, and where', () => {
    const payload = { channel, attempt: 1, reason: 'trimmed', position: at(99), snapshot: [] }
    expect(handOverAt(41, { type: 'baro:reset', payload })).toEqual({
      rendered: 41,
      outcome: 'reset',
      reason: 'trimmed',
      resumedAt: 99,
      recovered: 0,
      missing: 0,
    })
  })

  it('tells of what did not come, instead of assuming that nothing can be missing', () => {
    const publications = [...messages(42, 43), ...messages(45, 45)]
    const payload = { channel, attempt: 1, follows, position: at(45), publications }
    const resumed = handOverAt(undefined, { type: 'baro:recovered', payload })
    expect(resumed.missing).toBe(1)
    const delivery = { channel, follows: at(45), position: at(48), publications: messages(48, 48) }
    expect(handOverLive(resumed, delivery)).toMatchObject({ firstLive: 48, missing: 3 })
  })

  it('is not live with a delivery that brings nothing', () => {
    const payload = { channel, attempt: 1, follows, position: at(41), publications: [] }
    const resumed = handOverAt(41, { type: 'baro:recovered', payload })
    expect(handOverLive(resumed, { channel, follows, position: at(41), publications: [] })).toBe(resumed)
  })
})
