import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { FakeSocket } from '../../test/fake-client.ts'
import { defaultLimits } from '../limits.ts'
import { Outbox } from './outbox.ts'
import { Ticker } from './ticker.ts'

describe('the ticker', () => {
  test('runs once for all that came up before it ran', () => {
    const clock = createFakeClock()
    const ticker = new Ticker(clock)
    const flushed: string[] = []
    ticker.gather({ flush: () => flushed.push('a') })
    ticker.gather({ flush: () => flushed.push('b') })
    expect([flushed.length, clock.pending]).toEqual([0, 1])
    clock.advance(0)
    expect(flushed).toEqual(['a', 'b'])
  })

  test('runs again for what comes up while it runs', () => {
    const clock = createFakeClock()
    const ticker = new Ticker(clock)
    const flushed: string[] = []
    ticker.gather({ flush: () => ticker.gather({ flush: () => flushed.push('later') }) })
    clock.advanceToNext()
    expect(flushed).toEqual(['later'])
  })

  test('a channel or a socket that throws keeps nobody else from being written', () => {
    const clock = createFakeClock()
    const ticker = new Ticker(clock)
    const broken = new FakeSocket()
    broken.write = () => {
      throw new Error('a fault of the transport')
    }
    const socket = new FakeSocket()
    const outboxes = [broken, socket].map((one) => new Outbox(one, ticker, defaultLimits, 0))
    ticker.gather({
      flush: () => {
        throw new Error('a fault of the channel')
      },
    })
    ticker.gather({
      flush: () => {
        for (const outbox of outboxes) outbox.reply('hello')
      },
    })
    expect(() => clock.advance(0)).toThrow(/a fault of the channel.*a fault of the transport/)
    expect(Buffer.concat(socket.writes).toString()).toBe('hello\n')
    expect(clock.pending).toBe(0)
  })
})
