/** What a hub says of its own accord, or while a tab has asked twice: the same on a link that tabs share. */
import { describe, expect, test } from 'vitest'
import { at, HandHub, note, notes, pageAt, room } from './hand-hub.ts'

const links = [
  ['a link of its own', false],
  ['a link that tabs share', true],
] as const

describe.each(links)('over %s', (_, isShared) => {
  async function live() {
    const hub = new HandHub()
    const client = hub.client(isShared)
    const subscription = client.subscribe(room, pageAt(5))
    await hub.connect()
    await hub.recover()
    expect(subscription.current.status.state).toBe('live')
    return { hub, client, subscription }
  }

  /** Two asks are on their way, and none has an answer. */
  async function askedTwice() {
    const hub = new HandHub()
    const subscription = hub.client(isShared).subscribe(room, pageAt(5))
    await hub.connect()
    subscription.offer(pageAt(7))
    await hub.clock.pass(10)
    return { hub, subscription }
  }

  test('I4: a live reader goes back where the stream has lost its newest publications', async () => {
    const { hub, client, subscription } = await live()
    await hub.reset('beyond-head', at(3), notes(1, 3))
    expect(subscription.current).toMatchObject({ state: notes(1, 3), position: at(3) })
    await hub.publish(4, 5, 'new')
    expect(subscription.current).toMatchObject({ state: notes(1, 5), position: at(5, 'new') })
    expect(client.counters).toMatchObject({ gaps: 0, subscribes: 1 })
  })

  test('I7: a slow reader is reset forward again and again, and asks nothing', async () => {
    const { hub, client, subscription } = await live()
    for (const offset of [9, 13, 17, 21]) await hub.reset('trimmed', at(offset), [`newest ${offset}`])
    expect(subscription.current).toMatchObject({ state: ['newest 21'], position: at(21), status: { state: 'live' } })
    expect(client.counters).toMatchObject({ gaps: 0, subscribes: 1 })
  })

  test('who has asked twice, and was refused for now, goes on by the second answer', async () => {
    const { hub, subscription } = await askedTwice()
    await hub.refuse('unavailable')
    await hub.clock.pass(5_000)
    await hub.recover()
    await hub.publish(8, 9)
    expect(subscription.current).toMatchObject({ state: notes(1, 9), status: { state: 'live' } })
  })

  test('who has asked twice, and was refused for good, says so', async () => {
    const { hub, subscription } = await askedTwice()
    await hub.refuse('refused')
    await hub.refuse('refused')
    expect(subscription.current.status).toMatchObject({ state: 'refused', reason: 'refused' })
  })
})

describe('two tabs', () => {
  async function two() {
    const hub = new HandHub()
    const leader = hub.client(true)
    // Keeps the link when nobody follows the room any more.
    leader.subscribe(room, room({ id: '9' }))
    const first = leader.subscribe(room, pageAt(5))
    await hub.connect()
    await hub.recover()
    const second = hub.client(true).subscribe(room, pageAt(5))
    await hub.clock.pass(200)
    return { hub, first, second }
  }

  test('follow until the last of them lets go, also where one was refused while it had asked again', async () => {
    const { hub, first, second } = await two()
    second.offer(pageAt(7))
    await hub.clock.pass(100)
    await hub.refuse('unavailable')
    await hub.clock.pass(5_000)
    await hub.recover(hub.asked.at(-1)?.position === at(5) ? [note(6), note(7)] : [])
    await hub.recover()
    expect([first.current.status.state, second.current.status.state]).toEqual(['live', 'live'])
    first.close()
    await hub.clock.pass(1_000)
    expect(hub.sent('baro:unsubscribe')).toEqual([])
  })

  test('I4: one asks where the other is told that the newest publications are lost', async () => {
    const { hub, first } = await two()
    const before = hub.asked.length
    await hub.reset('beyond-head', at(3), notes(1, 3))
    await hub.clock.pass(5_000)
    expect(hub.asked.length).toBeGreaterThan(before)
    expect(hub.asked.at(-1)?.position).toBe(at(5))
    await hub.reset('beyond-head', at(3), notes(1, 3))
    expect(first.current).toMatchObject({ state: notes(1, 3), position: at(3) })
  })
})
