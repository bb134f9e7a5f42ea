import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { Allowance } from './allowance.ts'

const perSecond = 10

/** An allowance from which so many messages were taken at once. */
function spent(messages: number) {
  const clock = createFakeClock()
  const allowance = new Allowance(perSecond, clock)
  const send = () => allowance.spend()?.code ?? 'taken'
  const sendMany = (count: number) => Array.from({ length: count }, send)
  sendMany(messages)
  return { clock, send, sendMany }
}

describe('I7: the rate of messages', () => {
  test('a burst of twice the rate is taken, and one more is rate-limited', () => {
    expect(new Set(spent(0).sendMany(20))).toEqual(new Set(['taken']))
    expect(spent(20).send()).toBe('rate-limited')
  })

  test('time fills the allowance, up to the burst', () => {
    const { clock, send, sendMany } = spent(20)
    clock.advance(99)
    expect(send()).toBe('rate-limited')
    clock.advance(1)
    expect(send()).toBe('taken')
    clock.advance(1e9)
    expect(sendMany(21).filter((answer) => answer === 'taken')).toHaveLength(20)
  })

  test('a client that goes on sending while limited is let through as soon as the rate allows', () => {
    const { clock, send } = spent(20)
    for (let atMs = 10; atMs <= 90; atMs += 10) {
      clock.advance(10)
      expect(send()).toBe('rate-limited')
    }
    clock.advance(11)
    expect(send()).toBe('taken')
  })
})
