import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { FakeSocket } from '../../test/fake-client.ts'
import { defaultLimits } from '../ports/limits.ts'
import { nodeClock } from '../system/node-clock.ts'
import { Outbox } from './outbox.ts'
import { Ticker } from './ticker.ts'

describe('the ticker', () => {
  test('runs once for all that came up before it ran', () => {
    const clock = createFakeClock()
    const ticker = new Ticker(clock, { paused: 0, writtenBytes: 0 })
    const flushed: string[] = []
    ticker.gather({ flush: () => flushed.push('a') })
    ticker.gather({ flush: () => flushed.push('b') })
    expect(flushed).toEqual([])
    clock.advance(0)
    expect(flushed).toEqual(['a', 'b'])
  })

  /** A ticker on the machine's clock, which counts the batches that a channel hands on. */
  function onMachine() {
    const ticker = new Ticker(nodeClock, { paused: 0, writtenBytes: 0 })
    const batches: string[][] = []
    let gathered: string[] = []
    const flush = () => {
      batches.push(gathered)
      gathered = []
    }
    const channel = { flush }
    const publish = (name: string) => {
      gathered.push(name)
      ticker.gather(channel)
    }
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    return { batches, publish, turn }
  }

  test('hands on what comes alone as soon as the work that brought it is done, before the turn of the event loop ends', async () => {
    const { batches, publish } = onMachine()
    publish('a')
    publish('b')
    expect(batches).toEqual([])
    await Promise.resolve()
    expect(batches).toEqual([['a', 'b']])
  })

  test('gathers what follows in the same turn, and in the next turns all of it, until one comes alone', async () => {
    const { batches, publish, turn } = onMachine()
    const bunch = async (names: string) => {
      for (const name of names) {
        publish(name)
        await Promise.resolve()
      }
      await turn()
    }
    await bunch('abcd')
    expect(batches.splice(0)).toEqual([['a'], ['b', 'c', 'd']])
    await bunch('efg')
    expect(batches.splice(0)).toEqual([['e', 'f', 'g']])
    await bunch('h')
    await bunch('ij')
    expect(batches.splice(0)).toEqual([['h'], ['i'], ['j']])
  })

  test('writes the first answer of a turn at once, and all others at the end of the turn', async () => {
    const ticker = new Ticker(nodeClock, { paused: 0, writtenBytes: 0 })
    const written: string[] = []
    const answer = async (name: string) => {
      ticker.write({ flush: () => written.push(name) }, true)
      await Promise.resolve()
    }
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    for (const name of 'abcd') await answer(name)
    expect(written).toEqual(['a'])
    await turn()
    expect(written).toEqual(['a', 'b', 'c', 'd'])
    await turn()
    await answer('e')
    expect(written).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('runs again for what comes up while it runs', () => {
    const clock = createFakeClock()
    const ticker = new Ticker(clock, { paused: 0, writtenBytes: 0 })
    const flushed: string[] = []
    ticker.gather({ flush: () => ticker.gather({ flush: () => flushed.push('later') }) })
    clock.advanceToNext()
    expect(flushed).toEqual(['later'])
  })

  test('a channel or a socket that throws keeps nobody else from being written', () => {
    const clock = createFakeClock()
    const ticker = new Ticker(clock, { paused: 0, writtenBytes: 0 })
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

describe('where writing takes long', () => {
  /** A ticker on a clock that only moves by the time that writes and other work of the event loop take. */
  function setUp() {
    const still = createFakeClock()
    let spentMs = 0
    const counters = { paused: 0, writtenBytes: 0 }
    const ticker = new Ticker({ ...still, elapsed: () => spentMs }, counters)
    const log: string[] = []
    const spend = (name: string, ms: number): void => {
      log.push(name)
      spentMs += ms
    }
    const add = (name: string, ms: number, isKnown: boolean) => ticker.write({ flush: () => spend(name, ms) }, isKnown)
    /** Other work in the next turns of the event loop, one piece for each turn. */
    const meanwhile = ([first, ...others]: readonly (() => void)[]): void => {
      still.soon(() => {
        first?.()
        if (others.length > 0) meanwhile(others)
      })
    }
    return { ticker, add, log, counters, spend, meanwhile, run: () => still.advance(0) }
  }

  test('the event loop goes on after each slice', () => {
    const { add, log, counters, spend, meanwhile, run } = setUp()
    for (const name of 'abcde') add(name, 0.5, false)
    meanwhile([1, 2, 3].map(() => () => spend('|', 0)))
    run()
    expect(log.join('')).toBe('ab|cd|e|')
    expect(counters.paused).toBe(2)
  })

  test('I7: a socket that is known to read is written before others that came earlier', () => {
    const { add, log, meanwhile, run } = setUp()
    for (const name of 'abc') add(name, 1, false)
    meanwhile([() => add('K', 1, true)])
    run()
    expect(log.join('')).toBe('aKbc')
  })

  test('neither line waits for ever', () => {
    const { add, log, run } = setUp()
    for (const name of 'abc') add(name, 1, false)
    for (const name of 'ABCDEF') add(name, 2, true)
    run()
    expect(log.join('')).toBe('ABaCDbEFc')
  })

  test('what goes out gets as much time as what comes in', () => {
    const { add, log, spend, meanwhile, run } = setUp()
    for (const name of 'abcdef') add(name, 1, false)
    meanwhile([() => spend('|', 3), () => spend('|', 0)])
    run()
    expect(log.join('')).toBe('a|bcd|ef')
  })

  test('but sockets not known to read get a quarter of that, if others are known to read', () => {
    const { add, log, spend, meanwhile, run } = setUp()
    for (const name of 'abcd') add(name, 1, false)
    for (const name of 'ABCDEFGHI') add(name, 2, true)
    meanwhile([() => spend('|', 8), () => spend('|', 0)])
    run()
    expect(log.join('')).toBe('ABa|CDEFbc|GHdI')
  })

  test('publications that come in bunches are handed on together', () => {
    const { ticker, add, log, spend, meanwhile, run } = setUp()
    const gathered: string[] = []
    const channel = {
      flush() {
        add(`(${gathered.splice(0).join('')})`, 64, true)
      },
    }
    const publish = (name: string) => {
      gathered.push(name)
      ticker.gather(channel)
    }
    publish('a')
    run()
    publish('b')
    publish('c')
    run()
    // The last bunch took 64 ms to write. So the next publication is waited for 1 ms, and the bunch 8 ms.
    publish('d')
    meanwhile([
      () => spend('', 0.9),
      () => publish('e'),
      () => spend('', 0.9),
      () => publish('f'),
      () => spend('', 1),
      () => publish('g'),
      () => spend('', 1),
    ])
    run()
    expect(log.join('')).toBe('(a)(bc)(def)(g)')
  })

  test('while sockets wait for their turn, publications are handed on for an eighth of the time', () => {
    const { ticker, add, log, spend, meanwhile, run } = setUp()
    const channel = { flush: () => spend('!', 0.5) }
    for (const name of 'abcdefgh') add(name, 1, false)
    meanwhile(Array.from({ length: 8 }, () => () => ticker.gather(channel)))
    run()
    expect(log.join('')).toBe('a!bcde!fgh!')
  })

  test('a node that stops writes everything at once', () => {
    const { ticker, add, log } = setUp()
    for (const name of 'abc') add(name, 1, false)
    add('K', 1, true)
    ticker.writeAll()
    expect(log.join('')).toBe('Kabc')
  })

  test('sockets that get nothing new meanwhile still share what the others have got', () => {
    const still = createFakeClock()
    let spentMs = 0
    const ticker = new Ticker({ ...still, elapsed: () => spentMs }, { paused: 0, writtenBytes: 0 })
    const sockets = Array.from({ length: 4 }, () => new FakeSocket())
    for (const socket of sockets) {
      const { write } = socket
      socket.write = (pieces) => {
        spentMs += 0.5
        write.call(socket, pieces)
      }
    }
    const outboxes = sockets.map((socket) => new Outbox(socket, ticker, defaultLimits, 0))
    const publish = (text: string) => {
      const bytes = Buffer.from(text)
      ticker.gather({
        flush: () => {
          for (const outbox of outboxes) outbox.deliver(bytes, 'room:1')
        },
      })
    }
    publish('first ')
    still.soon(() => publish('second'))
    still.advance(0)
    expect(sockets.map(({ writes }) => writes.map((write) => Buffer.from(write).toString()))).toEqual([
      ['first ', 'second'],
      ['first ', 'second'],
      ['first second'],
      ['first second'],
    ])
    expect(sockets[3]?.writes[0]).toBe(sockets[2]?.writes[0])
  })
})
