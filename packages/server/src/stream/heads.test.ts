import { positionAfter, startOf } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import type { Resolved } from '../channel/registry.ts'
import { Heads } from './heads.ts'

const at = (offset: number) => positionAfter('life', { offset, id: `id${offset}` })
const named = (channel: string) => ({ channel }) as Resolved

function setUp() {
  const clock = createFakeClock()
  const calls: (readonly string[])[] = []
  let head = 1
  let isDown = false
  let way: Promise<void> | undefined
  const broker = {
    async heads(channels: readonly string[]) {
      calls.push(channels)
      if (isDown) throw new Error('down')
      const answer = channels.map(() => at(head))
      await way
      return answer
    },
  }
  const viewOf = ({ channel }: Resolved) =>
    channel === 'view'
      ? { read: () => Promise.reject(), follow: () => Promise.reject(), head: async () => at(42) }
      : channel === 'ring'
        ? { follow: () => Promise.reject(), read: async () => ({ epoch: 'life', head: startOf('life') }) as never }
        : undefined
  const heads = new Heads({ broker, viewOf, clock })
  const ask = async (...channels: readonly string[]) => {
    const asked = channels.map((channel) => heads.of(named(channel)))
    const both = Promise.all(asked)
    both.catch(() => {})
    await clock.pass(0)
    return both
  }
  const cut = () => {
    isDown = true
  }
  /** Answers stay on their way until this is called. */
  const stall = () => {
    let go: () => void = () => {}
    way = new Promise((resolve) => {
      go = resolve
    })
    return () => {
      way = undefined
      go()
    }
  }
  return { clock, calls, heads, ask, grow: () => void head++, cut, stall }
}

test('what is asked for in one turn is one call to the broker, and each channel once', async () => {
  const { ask, calls } = setUp()
  expect(await ask('a', 'b', 'a')).toEqual([at(1), at(1), at(1)])
  expect(calls).toEqual([['a', 'b']])
})

test('I10: an answer is kept for a second, and given at once', async () => {
  const { ask, calls, heads, clock, grow } = setUp()
  await ask('a')
  grow()
  await clock.pass(999)
  expect(heads.of(named('a'))).toEqual(at(1))
  await clock.pass(1)
  expect(await ask('a')).toEqual([at(2)])
  expect(calls.length).toBe(2)
})

test('I10: who asks a second later does not get an answer that has been on its way since then', async () => {
  const { ask, calls, clock, grow, stall } = setUp()
  const goOn = stall()
  const early = ask('a')
  await clock.pass(999)
  const beside = ask('a')
  grow()
  await clock.pass(1)
  const late = ask('a')
  await clock.pass(0)
  expect(calls.length).toBe(2)
  goOn()
  expect(await Promise.all([early, beside, late])).toEqual([[at(1)], [at(1)], [at(2)]])
  await clock.pass(0)
  expect(await ask('a')).toEqual([at(2)])
})

test('what this node publishes counts at once, and an answer from before does not undo it', async () => {
  const { heads, clock, ask } = setUp()
  await ask('a')
  heads.moved('a', at(5))
  expect(heads.of(named('a'))).toEqual(at(5))
  const asking = heads.of(named('b'))
  heads.moved('b', at(7))
  await clock.pass(0)
  await asking
  expect(heads.of(named('b'))).toEqual(at(7))
})

test('a view tells where its last publication stands; one that cannot tells its head', async () => {
  const { ask, calls } = setUp()
  expect(await ask('view', 'ring')).toEqual([at(42), startOf('life')])
  expect(calls).toEqual([])
})

test('a failure is not kept, and 10,000 channels that were asked for once are forgotten', async () => {
  const { ask, heads, clock, cut } = setUp()
  await ask(...Array.from({ length: 10_000 }, (_, index) => `n${index}`))
  expect(heads.size).toBe(10_000)
  await clock.pass(1_000)
  await ask('a')
  expect(heads.size).toBe(1)
  await clock.pass(1_000)
  cut()
  await expect(ask('a')).rejects.toThrow('down')
  await expect(ask('a')).rejects.toThrow('down')
})
