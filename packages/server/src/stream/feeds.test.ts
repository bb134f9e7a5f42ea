import { describe, expect, test } from 'vitest'
import { createNodes, roomOne, shownBy } from '../../test/feed-nodes.ts'
import { Feeds } from './feeds.ts'

function setUp() {
  const nodes = createNodes()
  const { broker, parts } = nodes.node()
  const named = (id: number | string) => ({ ...roomOne, channel: `room:${id}` })
  return { ...nodes, broker, feeds: new Feeds(parts), named }
}

describe('the feeds of a node', () => {
  test('there is one for each channel, whoever holds it', async () => {
    const { feeds, named } = setUp()
    expect(feeds.hold(named(1))).toBe(feeds.hold(named(1)))
    expect(feeds.hold(named(2))).not.toBe(feeds.hold(named(1)))
  })

  test('one that nobody holds lingers for ten seconds, and is then closed', async () => {
    const { broker, clock, feeds, named } = setUp()
    const feed = feeds.hold(named(1))
    await feed.opened
    feeds.release(feed)
    await clock.pass(9_999)
    expect(broker.followers.size).toBe(1)
    await clock.pass(1)
    expect(broker.followers.size).toBe(0)
    expect(feeds.hold(named(1))).not.toBe(feed)
  })

  test('one that is held again in time stays', async () => {
    const { broker, clock, feeds, named } = setUp()
    const feed = feeds.hold(named(1))
    await feed.opened
    feeds.release(feed)
    await clock.pass(9_999)
    expect(feeds.hold(named(1))).toBe(feed)
    await clock.pass(60_000)
    expect(broker.followers.size).toBe(1)
  })

  test('one that two hold stays until both let go', async () => {
    const { broker, clock, feeds, named } = setUp()
    const feed = feeds.hold(named(1))
    feeds.hold(named(1))
    feeds.release(feed)
    await clock.pass(60_000)
    expect(broker.followers.size).toBe(1)
    feeds.release(feed)
    await clock.pass(60_000)
    expect(broker.followers.size).toBe(0)
  })

  test('I7: a client that walks through names leaves a thousand unused feeds at most, the newest', async () => {
    const { broker, feeds, named } = setUp()
    for (let id = 1; id <= 1_010; id++) await feeds.using(named(id), () => {})
    expect(broker.followers.size).toBe(1_000)
  })

  test('one that is held is not let go for others', async () => {
    const { feeds, named } = setUp()
    const held = feeds.hold(named('held'))
    for (let id = 1; id <= 1_010; id++) await feeds.using(named(id), () => {})
    expect(feeds.hold(named('held'))).toBe(held)
  })

  test('one that could not open is not kept, so the next caller tries again', async () => {
    const { broker, feeds, named } = setUp()
    broker.broken.add('follow')
    await expect(feeds.using(named(1), () => {})).rejects.toMatchObject({ code: 'unavailable' })
    broker.broken.clear()
    expect(await feeds.using(named(1), shownBy)).toEqual([])
  })

  test('one is released however its use ends', async () => {
    const { broker, clock, feeds, named } = setUp()
    const fault = () => {
      throw new Error('a fault')
    }
    await expect(feeds.using(named(1), fault)).rejects.toThrow('a fault')
    await clock.pass(60_000)
    expect(broker.followers.size).toBe(0)
  })

  test('is used by those who waited for it before those who came when it was open', async () => {
    const { feeds, named } = setUp()
    const order: string[] = []
    const first = feeds.using(named(1), () => order.push('first'))
    const feed = feeds.hold(named(1))
    // At the moment when the feed opens: a caller that asks now must not overtake the others.
    let second: unknown
    const watch = (): Promise<void> =>
      Promise.resolve().then(() => {
        if (!feed.isOpen) return watch()
        second = feeds.using(named(1), () => order.push('second'))
      })
    await watch()
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'second'])
  })

  test('all are closed at once, also those that are just being opened', async () => {
    const { broker, clock, feeds, named } = setUp()
    await feeds.using(named(1), () => {})
    const using = feeds.using(named(2), () => {})
    feeds.closeAll()
    await expect(using).rejects.toMatchObject({ code: 'unavailable' })
    expect(broker.followers.size).toBe(0)
    await clock.pass(20_000)
    expect(clock.pending).toBe(0)
  })
})
