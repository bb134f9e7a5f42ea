import { describe, expect, test } from 'vitest'
import { FairTurns, partsOfTurn } from './fair-turns.ts'

function setUp({ eachTakesMs = 0, maxTimes = 20 } = {}) {
  const soon: (() => void)[] = []
  let elapsedMs = 0
  let turn = 0
  const later: { readonly run: () => void; readonly ms: number }[] = []
  const clock = {
    elapsed: () => elapsedMs,
    turn: () => turn,
    soon(run: () => void) {
      soon.push(run)
      return () => {}
    },
    after(ms: number, run: () => void) {
      later.push({ run, ms })
      return () => {}
    },
  }
  const turns = new FairTurns(clock, maxTimes)
  const begun: string[] = []
  const ask = (address: string, count: number, from = 0) => {
    for (let index = from; index < from + count; index++)
      turns.begin(address, () => {
        elapsedMs += eachTakesMs
        begun.push(`${address}${index}`)
      })
  }
  /** The next turn of the event loop; returns whether anything is to be done in the one after it. */
  const nextTurn = () => {
    turn++
    for (const run of soon.splice(0)) run()
    return soon.length > 0
  }
  const takes = (ms: number) => {
    elapsedMs += ms
  }
  /** Ends the pause, if there is one; returns how long it was. */
  const endPause = () => {
    const [pause] = later.splice(0)
    takes(pause?.ms ?? 0)
    pause?.run()
    return pause?.ms
  }
  return { nextTurn, turns, begun, ask, takes, endPause }
}

const asked = (address: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `${address}${from + index}`)

describe('in one turn of the event loop', () => {
  test('I7: an address that asks for much gets a little of it, and another one does not wait', () => {
    const { ask, begun, nextTurn, endPause } = setUp()
    ask('a', 20)
    ask('b', 2)
    expect(begun).toEqual([...asked('a', 8), ...asked('b', 2)])
    nextTurn()
    endPause()
    expect(begun.slice(10)).toEqual(asked('a', 8, 8))
    nextTurn()
    endPause()
    expect(begun.slice(18)).toEqual(asked('a', 4, 16))
  })

  test('I7: its next turn is later while others come too, and they do not wait for it', () => {
    const { ask, begun, nextTurn, endPause } = setUp()
    ask('a', 20)
    ask('b', 1)
    expect(nextTurn()).toBe(false)
    ask('b', 3, 1)
    expect(begun).toEqual([...asked('a', 8), ...asked('b', 4)])
    expect(endPause()).toBe(4)
    expect(begun.slice(12)).toEqual(asked('a', 8, 8))
  })

  test('I7: so is that of an address that has used up its turn, and asks again with what comes next', () => {
    const { ask, begun, nextTurn, endPause } = setUp()
    ask('b', 1)
    ask('a', 8)
    nextTurn()
    ask('a', 1, 8)
    expect(begun).toEqual([...asked('b', 1), ...asked('a', 8)])
    endPause()
    expect(begun.at(-1)).toBe('a8')
  })

  test('I7: while it pauses, others have a whole turn in each turn of the event loop', () => {
    const { ask, begun, nextTurn, endPause } = setUp()
    ask('b', 1)
    ask('a', 20)
    nextTurn()
    begun.length = 0
    for (let turn = 0; turn < 3; turn++) {
      ask('b', 7, 7 * turn)
      nextTurn()
    }
    expect(begun).toEqual(asked('b', 21))
    endPause()
    expect(begun.slice(21)).toEqual(asked('a', 8, 8))
  })

  test('alone it gets every turn, so that a proxy that was not named is not slowed down; nor is an address without a bound', () => {
    for (const { isAlone, maxTimes } of [
      { isAlone: true, maxTimes: 20 },
      { isAlone: false, maxTimes: Number.POSITIVE_INFINITY },
    ]) {
      const { ask, begun, nextTurn, takes, endPause } = setUp({ maxTimes })
      ask('b', 1)
      ask('a', 1)
      nextTurn()
      if (isAlone) takes(1_000)
      ask('a', 27, 1)
      for (let turn = 0; turn < 3; turn++) nextTurn()
      expect(endPause()).toBeUndefined()
      expect(begun).toHaveLength(29)
    }
  })

  test('I7: of what leaves nothing for later it gets more', () => {
    const { turns, begun, nextTurn } = setUp()
    for (let index = 0; index < 100; index++) turns.begin('a', () => begun.push('a'), partsOfTurn.reading)
    expect(begun).toHaveLength(64)
    nextTurn()
    expect(begun).toHaveLength(100)
  })

  test('I7: what takes long is less of it', () => {
    const { ask, begun, nextTurn } = setUp({ eachTakesMs: 0.4 })
    ask('a', 5)
    expect(begun).toEqual(asked('a', 3))
    nextTurn()
    expect(begun).toEqual(asked('a', 5))
  })

  test('something is begun, however long it takes', () => {
    const { ask, begun, nextTurn } = setUp({ eachTakesMs: 100 })
    ask('a', 3)
    expect(begun).toEqual(asked('a', 1))
    nextTurn()
    expect(begun).toEqual(asked('a', 2))
  })

  test('what comes later waits behind what waits already', () => {
    const { ask, begun, nextTurn } = setUp()
    ask('a', 10)
    nextTurn()
    ask('a', 20, 10)
    expect(begun).toEqual(asked('a', 16))
    while (nextTurn());
    expect(begun).toEqual(asked('a', 30))
  })

  test('what a request begins itself counts too', () => {
    const { turns, begun, nextTurn } = setUp()
    const again = () => {
      begun.push('a')
      if (begun.length < 20) turns.begin('a', again)
    }
    turns.begin('a', again)
    expect(begun).toHaveLength(8)
    expect(nextTurn()).toBe(true)
    expect(begun).toHaveLength(16)
    while (nextTurn());
    expect(begun).toHaveLength(20)
  })
})

describe('what was begun before', () => {
  test('I7: goes on in the turns of its address, and its time counts', async () => {
    const { turns, begun, ask, nextTurn } = setUp({ eachTakesMs: 0.6 })
    ask('a', 2)
    const taken = turns.take('a', () => begun.push('body'))
    expect(begun).toEqual(asked('a', 2))
    nextTurn()
    expect(begun).toEqual([...asked('a', 2), 'body'])
    expect(await taken).toBe(3)
  })

  test('gives what it returns, or throws, to whoever waits for it', async () => {
    const { turns } = setUp()
    expect(await turns.take('a', async () => 'done')).toBe('done')
    await expect(
      turns.take('a', () => {
        throw new Error('not JSON')
      }),
    ).rejects.toThrow('not JSON')
  })
})

test('I7: what begins the next one itself has no more time than others', () => {
  const { turns, begun, nextTurn, takes } = setUp()
  const again = () => {
    begun.push('a')
    takes(0.6)
    if (begun.length < 5) turns.begin('a', again)
  }
  turns.begin('a', again)
  expect(begun).toHaveLength(2)
  nextTurn()
  expect(begun).toHaveLength(4)
})

test('I7: all addresses of 64 bits of IPv6 are one', () => {
  const { turns, begun } = setUp()
  for (let index = 0; index < 20; index++) turns.begin(`2001:db8:1:2::${index}`, () => begun.push('a'))
  turns.begin('2001:db8:1:3::1', () => begun.push('b'))
  expect(begun).toEqual([...Array.from({ length: 8 }, () => 'a'), 'b'])
})

test('nothing is remembered, and no turn is asked for, when all is quiet', () => {
  const { ask, nextTurn } = setUp()
  ask('a', 3)
  expect(nextTurn()).toBe(false)
})
