import { closeCodes } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { FakeSocket } from '../../test/fake-client.ts'
import { defaultLimits } from '../ports/limits.ts'
import { Outbox } from './outbox.ts'
import { Ticker } from './ticker.ts'

const limits = { ...defaultLimits, maxOutboxBytes: 10, maxReplyBytes: 20 }

function setUp() {
  const clock = createFakeClock()
  const ticker = new Ticker(clock, { paused: 0, writtenBytes: 0 })
  const outbox = () => {
    const socket = new FakeSocket()
    return { socket, outbox: new Outbox(socket, ticker, limits, clock.elapsed()) }
  }
  return { clock, ticker, make: outbox, ...outbox() }
}

const bytes = (text: string): Uint8Array => Buffer.from(text)
const textsOf = ({ writes }: FakeSocket): readonly string[] => writes.map((write) => Buffer.from(write).toString())

/** A waiter that delivers something when there is room. */
const waiterOf = (outbox: Outbox, text: string) => ({ hasRoom: () => outbox.deliver(bytes(text), 'room:1') })

describe('a tick', () => {
  test('writes once to each socket, replies and deliveries in the order they came', () => {
    const { clock, outbox, socket } = setUp()
    outbox.reply('one')
    outbox.deliver(bytes('two\n'), 'room:1')
    outbox.reply('three')
    expect(socket.writes).toEqual([])
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['one\ntwo\nthree\n'])
  })

  test('shares one buffer between all sockets that have the same bytes to write, also if other sockets come between them', () => {
    const { clock, make, outbox, socket } = setUp()
    const [other, third] = [make(), make()]
    const [first, second] = [bytes('first'), bytes('second')]
    for (const one of [outbox, other.outbox, third.outbox]) one.deliver(first, 'room:1')
    other.outbox.reply('only mine')
    for (const one of [outbox, other.outbox, third.outbox]) one.deliver(second, 'room:1')
    clock.advance(0)
    expect(textsOf(other.socket)).toEqual(['firstonly mine\nsecond'])
    expect(textsOf(socket)).toEqual(['firstsecond'])
    expect(third.socket.writes[0]).toBe(socket.writes[0])
  })

  test('writes the long pieces of a delivery apart, without a copy, and joins the short ones to their neighbours', () => {
    const { clock, outbox, socket } = setUp()
    const long = bytes('x'.repeat(4_096))
    outbox.deliver(bytes('before,'), 'room:1')
    outbox.deliverPieces([bytes('head,'), long, bytes(',tail')], 'room:1')
    outbox.deliver(bytes(',behind'), 'room:1')
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['before,head,', 'x'.repeat(4_096), ',tail,behind'])
    expect(socket.writes[1]).toBe(long)
  })

  test('does not copy what is alone', () => {
    const { clock, outbox, socket } = setUp()
    const only = bytes('only')
    outbox.deliver(only, 'room:1')
    clock.advance(0)
    expect(socket.writes[0]).toBe(only)
  })

  test('channels hand on first, so what they had gathered leaves in the same tick', () => {
    const { clock, ticker, outbox, socket } = setUp()
    outbox.reply('reply')
    ticker.gather({ flush: () => outbox.deliver(bytes('publication'), 'room:1') })
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['reply\npublication'])
    expect(clock.pending).toBe(0)
  })

  test('what comes up during a tick leaves in the next one', () => {
    const { clock, outbox, socket } = setUp()
    outbox.waitForRoom(waiterOf(outbox, 'afterwards'))
    outbox.deliver(bytes('now'), 'room:1')
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['now', 'afterwards'])
  })

  test('notes when something was written last', () => {
    const { clock, outbox } = setUp()
    clock.advance(300)
    outbox.reply('one')
    expect(outbox.spokeAtMs).toBe(0)
    clock.advance(0)
    expect(outbox.spokeAtMs).toBe(300)
  })
})

describe('I7: who is written first', () => {
  const megabyte = bytes('m'.repeat(1 << 20))

  /** Whether this outbox is written before another one that came to the ticker earlier. */
  function isFirst({ clock, make, outbox, socket }: ReturnType<typeof setUp>): boolean {
    const other = make()
    const before = socket.writes.length
    let isWritten: boolean | undefined
    other.socket.write = () => {
      isWritten ??= socket.writes.length > before
    }
    other.outbox.deliver(bytes('a'), 'room:1')
    outbox.deliver(bytes('b'), 'room:1')
    clock.advance(0)
    return isWritten ?? false
  }

  function give(megabytes: number, { clock, outbox }: ReturnType<typeof setUp>): void {
    for (let given = 0; given < megabytes; given++) {
      outbox.deliver(megabyte, 'room:1')
      clock.advance(0)
    }
  }

  test('not a socket that has taken less than the kernel queues for a reader that never reads', () => {
    const parts = setUp()
    give(3, parts)
    expect(isFirst(parts)).toBe(false)
  })

  test('a socket that has taken more', () => {
    const parts = setUp()
    give(4, parts)
    expect(isFirst(parts)).toBe(true)
  })

  test('but not while it has bytes waiting', () => {
    const parts = setUp()
    give(4, parts)
    parts.socket.isStuck = true
    give(1, parts)
    expect(isFirst(parts)).toBe(false)
  })
})

describe('I7: a full outbox', () => {
  test('counts what is pending and what its socket has not sent', () => {
    const { clock, outbox, socket } = setUp()
    socket.isStuck = true
    outbox.deliver(bytes('12345'), 'room:1')
    expect(outbox.isFull).toBe(false)
    clock.advance(0)
    outbox.deliver(bytes('67890'), 'room:1')
    expect(outbox.isFull).toBe(false)
    outbox.deliver(bytes('!'), 'room:1')
    expect(outbox.isFull).toBe(true)
  })

  test('tells its waiters as soon as the socket took everything, though no drain follows', () => {
    const { clock, outbox, socket } = setUp()
    outbox.deliver(bytes('more than ten bytes'), 'room:1')
    expect(outbox.isFull).toBe(true)
    outbox.waitForRoom(waiterOf(outbox, 'at last'))
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['more than ten bytes', 'at last'])
  })

  test('tells its waiters once, when a stuck socket has drained', () => {
    const { clock, outbox, socket } = setUp()
    socket.isStuck = true
    outbox.deliver(bytes('more than ten bytes'), 'room:1')
    outbox.waitForRoom(waiterOf(outbox, 'a'))
    clock.advance(0)
    outbox.drained()
    clock.advance(0)
    expect(socket.writes).toHaveLength(1)
    socket.waitingBytes = 0
    outbox.drained()
    outbox.drained()
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['more than ten bytes', 'a'])
  })

  test('tells further waiters only while there is room', () => {
    const { clock, outbox, socket } = setUp()
    const told: string[] = []
    const greedy = (name: string) => ({
      hasRoom() {
        told.push(name)
        if (outbox.isFull) return outbox.waitForRoom(greedy(name))
        outbox.deliver(bytes('more than ten bytes'), 'room:1')
      },
    })
    outbox.deliver(bytes('more than ten bytes'), 'room:1')
    outbox.waitForRoom(greedy('one'))
    outbox.waitForRoom(greedy('two'))
    clock.advance(0)
    expect(told).toEqual(['one', 'two', 'two'])
    expect(socket.writes).toHaveLength(3)
  })

  test('tells no waiter that has stopped waiting', () => {
    const { clock, outbox, socket } = setUp()
    const waiter = waiterOf(outbox, 'never')
    outbox.waitForRoom(waiter)
    outbox.stopWaiting(waiter)
    outbox.deliver(bytes('now'), 'room:1')
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['now'])
  })
})

describe('I7: replies', () => {
  test('are never dropped, but over their bound the connection closes as slow, after what was pending', () => {
    const { clock, outbox, socket } = setUp()
    socket.isStuck = true
    outbox.reply('123456789')
    outbox.reply('123456789')
    expect(socket.closedWith).toBeUndefined()
    outbox.reply('1')
    expect(socket.closedWith).toMatchObject({ code: closeCodes.slow })
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['123456789\n123456789\n'])
  })

  test('that only wait for their turn are written before it', () => {
    const { clock, outbox, socket } = setUp()
    for (const text of ['123456789', '123456789', '1']) outbox.reply(text)
    expect(textsOf(socket)).toEqual(['123456789\n123456789\n'])
    clock.advance(0)
    expect(textsOf(socket).at(-1)).toBe('1\n')
    expect(socket.closedWith).toBeUndefined()
  })

  test('that have left do not count, also if the socket is never quite empty', () => {
    const { clock, outbox, socket } = setUp()
    socket.isStuck = true
    for (let index = 0; index < 10; index++) {
      outbox.reply('123456789')
      clock.advance(0)
      socket.waitingBytes = 1
      outbox.drained()
    }
    expect(socket.closedWith).toBeUndefined()
    expect(socket.writes).toHaveLength(10)
  })

  test('that wait in a stuck socket do count', () => {
    const { clock, outbox, socket } = setUp()
    socket.isStuck = true
    for (let index = 0; index < 3; index++) {
      outbox.reply('123456789')
      clock.advance(0)
    }
    expect(socket.closedWith).toMatchObject({ code: closeCodes.slow })
  })
})

describe('the end', () => {
  test('closing sends what is pending first, and nothing afterwards', () => {
    const { clock, outbox, socket } = setUp()
    outbox.waitForRoom(waiterOf(outbox, 'too late'))
    outbox.reply('goodbye')
    outbox.close(closeCodes.drain, 'stop')
    outbox.reply('too late')
    outbox.deliver(bytes('too late'), 'room:1')
    outbox.close(closeCodes.slow, 'too late')
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['goodbye\n'])
    expect(outbox.waitingBytes).toBe(0)
    expect(socket.closedWith).toEqual({ code: closeCodes.drain, reason: 'stop' })
  })

  test('a link that is gone leaves nothing pending, and tells no waiter', () => {
    const { clock, outbox, socket } = setUp()
    outbox.reply('one')
    outbox.waitForRoom(waiterOf(outbox, 'two'))
    outbox.discard()
    outbox.drained()
    clock.advance(0)
    expect(socket.writes).toEqual([])
    expect(outbox.waitingBytes).toBe(0)
  })
})

describe('I8: what waits for somebody who may not read it any more', () => {
  test('is forgotten, of one channel or of all; replies leave', () => {
    const { clock, outbox, socket } = setUp()
    const write = () => {
      outbox.deliver(bytes('1'), 'room:1')
      outbox.reply('r')
      outbox.deliverPieces([bytes('2'), bytes('2')], 'room:2')
      outbox.reply('s')
    }
    write()
    outbox.forget('room:1')
    clock.advance(0)
    write()
    outbox.forget()
    clock.advance(0)
    expect(textsOf(socket)).toEqual(['r\n22s\n', 'r\ns\n'])
  })

  test('of another socket with the same bytes is not forgotten', () => {
    const { clock, make, outbox, socket } = setUp()
    const other = make()
    const shared = bytes('1')
    outbox.deliver(shared, 'room:1')
    other.outbox.deliver(shared, 'room:1')
    outbox.forget()
    outbox.deliver(bytes('2'), 'room:2')
    clock.advance(0)
    expect([socket, other.socket].map(textsOf)).toEqual([['2'], ['1']])
  })
})
