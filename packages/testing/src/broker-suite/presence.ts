import type { Member, Members } from '@baro/core'
import type { Broker, HeldMember, Touch, TouchTerms } from '@baro/core/broker'
import { foldMembers, type MembersEntry } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createProbe } from './probe.ts'
import { all, type Stage } from './stage.ts'

const set = 'baro~members:room:1'
const terms: TouchTerms = { leaseMs: 15_000, maxListed: 5 }

const held = (id: string, state: HeldMember['state'] = null): HeldMember => ({ id, state })
/** The numbers of calls rise over all tests, as they do over the life of a node. */
let numbers = 0
const touch = (members: readonly HeldMember[], released: readonly string[]): Touch => ({
  number: ++numbers,
  held: members,
  released,
})
const touching = (...ids: readonly string[]) =>
  touch(
    ids.map((id) => held(id)),
    [],
  )
const releasing = (...ids: readonly string[]) => touch([], ids)
const renewal = () => touch([], [])
const look = ({ presence }: Broker) => presence.expire('watching', ++numbers)
const idsOfMembers = (members: readonly Member[]) => members.map(({ id }) => id)

/** Who is here, and the publications that told it. */
export function presenceDuties(stage: Stage): void {
  /** The set as a new reader sees it, and as one sees it who has folded everything since the beginning. */
  async function seen(): Promise<{ now: Members; folded: Members }> {
    const checkpoint = await stage.other.readCheckpoint(set, '1')
    const { publications, head } = await stage.other.read(set, all)
    expect(checkpoint?.position).toMatchObject({ offset: head.offset, check: head.check })
    const folded = publications.reduce((before: Members, one) => foldMembers(before, one as unknown as MembersEntry), {
      count: 0,
      list: [],
    })
    return { now: checkpoint?.state as unknown as Members, folded }
  }
  const listed = async () => idsOfMembers((await seen()).now.list ?? [])

  describe('presence', () => {
    test('I9: the set at the head is what its publications lead to, whoever comes, changes and goes', async () => {
      const { broker, other } = stage
      const steps = [
        () => broker.presence.touch(set, 'A', touching('ada', 'bob'), terms),
        () => other.presence.touch(set, 'B', touching('ada', 'cem'), terms),
        () => broker.presence.touch(set, 'A', touch([held('bob', { typing: true })], ['ada']), terms),
        () => other.presence.touch(set, 'B', touching('dan', 'eve', 'fay'), terms),
        () => other.presence.touch(set, 'B', touching('gil'), terms),
        () => other.presence.touch(set, 'B', releasing('ada', 'cem', 'dan'), terms),
        () => broker.presence.touch(set, 'A', releasing('bob'), terms),
        () => other.presence.touch(set, 'B', releasing('eve', 'fay', 'gil'), terms),
      ]
      const counts: number[] = []
      for (const step of steps) {
        await step()
        const { now, folded } = await seen()
        expect(now).toEqual(folded)
        counts.push(now.count)
      }
      expect(counts).toEqual([2, 3, 3, 6, 7, 4, 3, 0])
    })

    test('a member is shown as its node names it: its user, its alias, its state', async () => {
      const ada: HeldMember = { id: 'user:ada', user: 'ada', alias: '에이다', state: { typing: true } }
      const { joined } = await stage.broker.presence.touch(set, 'A', touch([ada, held('guest:1')], []), terms)
      const [first, second] = (await seen()).now.list ?? []
      expect([first, second]).toEqual(joined)
      expect(first).toEqual({ ...ada, since: expect.any(Number) })
      expect(second).toEqual({ id: 'guest:1', state: null, since: expect.any(Number) })
    })

    test('a member is on all nodes together: it comes with the first and leaves with the last', async () => {
      const { broker, other } = stage
      const first = await broker.presence.touch(set, 'A', touching('ada'), terms)
      const second = await other.presence.touch(set, 'B', touching('ada'), terms)
      const third = await broker.presence.touch(set, 'A', releasing('ada'), terms)
      expect(await listed()).toEqual(['ada'])
      const last = await other.presence.touch(set, 'B', releasing('ada'), terms)
      expect([first, second, third, last].map(({ joined, left }) => [joined.length, left.length])).toEqual([
        [1, 0],
        [0, 0],
        [0, 0],
        [0, 1],
      ])
      expect([second.delivery, third.delivery]).toEqual([undefined, undefined])
      expect(await listed()).toEqual([])
    })

    test('who follows the channel is told of each change in order, and of nothing that nobody sees', async () => {
      const probe = createProbe()
      await stage.other.follow(set, probe)
      await stage.broker.presence.touch(set, 'A', touching('ada'), terms)
      await stage.broker.presence.touch(set, 'A', touching('ada'), terms)
      await stage.broker.presence.touch(set, 'A', renewal(), terms)
      await stage.broker.presence.touch(set, 'A', touch([held('ada', { away: true })], []), terms)
      await stage.delivered(() => probe.deliveries.length === 2)
      expect(probe.deliveries.flatMap(({ publications }) => publications.map(({ payload }) => payload))).toEqual([
        { joined: [expect.objectContaining({ id: 'ada', state: null })] },
        { changed: [expect.objectContaining({ id: 'ada', state: { away: true } })] },
      ])
    })

    test('who comes and goes in one step is one publication', async () => {
      await stage.broker.presence.touch(set, 'A', touching('ada'), terms)
      const { delivery } = await stage.broker.presence.touch(set, 'A', touch([held('bob')], ['ada']), terms)
      expect(delivery?.publications).toHaveLength(1)
      expect(await listed()).toEqual(['bob'])
    })

    test('I9: who is held by a node that is not heard of any more is gone after its lease, and nobody else', async () => {
      await stage.broker.presence.touch(set, 'dead', touching('ada', 'bob'), terms)
      await stage.other.presence.touch(set, 'B', touching('bob', 'cem'), terms)
      await stage.pass(terms.leaseMs - 1)
      await stage.other.presence.touch(set, 'B', renewal(), terms)
      expect(await look(stage.other)).toEqual([])
      await stage.pass(1)
      const [change, ...more] = await look(stage.other)
      expect([idsOfMembers(change?.left ?? []), more]).toEqual([['ada'], []])
      expect(await listed()).toEqual(['bob', 'cem'])
      expect(await look(stage.other)).toEqual([])
    })

    test('a node whose lease ran out is told so, and brings back all it has', async () => {
      const before = await stage.broker.presence.touch(set, 'A', touching('ada', 'bob'), terms)
      const renewed = await stage.broker.presence.touch(set, 'A', renewal(), terms)
      await stage.pass(terms.leaseMs)
      await look(stage.other)
      const late = await stage.broker.presence.touch(set, 'A', renewal(), terms)
      expect([before, renewed, late].map(({ wasKnown }) => wasKnown)).toEqual([false, true, false])
      expect(await listed()).toEqual([])
      await stage.broker.presence.touch(set, 'A', touching('ada', 'bob'), terms)
      expect(await listed()).toEqual(['ada', 'bob'])
    })

    test('a step whose answer was lost is made again under its number: it changes nothing, and tells the same', async () => {
      const { broker, other } = stage
      const coming = touching('ada', 'bob')
      const first = await broker.presence.touch(set, 'A', coming, terms)
      await other.presence.touch(set, 'B', touching('cem'), terms)
      const again = await broker.presence.touch(set, 'A', coming, terms)
      expect([again.joined, again.left, again.wasKnown, again.delivery]).toEqual([
        ...[first.joined, first.left, first.wasKnown],
        undefined,
      ])
      const going = releasing('ada', 'bob')
      const last = await broker.presence.touch(set, 'A', going, terms)
      expect(idsOfMembers(last.left)).toEqual(['ada', 'bob'])
      await other.presence.touch(set, 'B', touching('ada'), terms)
      expect((await broker.presence.touch(set, 'A', going, terms)).left).toEqual(last.left)
      expect(await listed()).toEqual(['cem', 'ada'])

      await stage.pass(terms.leaseMs)
      const number = ++numbers
      const found = await broker.presence.expire('A', number)
      expect(found.flatMap(({ left }) => idsOfMembers(left))).toEqual(['cem', 'ada'])
      const foundAgain = await broker.presence.expire('A', number)
      expect(foundAgain.map(({ left }) => left)).toEqual(found.map(({ left }) => left))
      expect(await other.presence.expire('B', ++numbers)).toEqual([])
      expect(await broker.presence.expire('A', ++numbers)).toEqual([])
      const { now, folded } = await seen()
      expect([now, folded.count]).toEqual([{ count: 0, list: [] }, 0])
    })

    test('I7: a large room tells its count alone, and lists its members again once it is well below the bound', async () => {
      const faces: string[] = []
      const ids = ['1', '2', '3', '4', '5', '6']
      for (const id of ids) await stage.broker.presence.touch(set, 'A', touching(id), terms)
      await stage.broker.presence.touch(set, 'A', touch([held('1', { away: true })], []), terms)
      for (const id of ids) await stage.broker.presence.touch(set, 'A', releasing(id), terms)
      for (const { type } of (await stage.other.read(set, all)).publications) faces.push(type)
      expect(faces.join(' ')).toBe(
        'changed changed changed changed changed counted counted listed changed changed changed changed',
      )
    })

    test('the members of a large room come page by page', async () => {
      await stage.broker.presence.touch(set, 'A', touching('c', 'a', 'e', 'b', 'd', 'f', 'g'), terms)
      const pages: string[] = []
      for (let after: string | undefined, more: true | undefined = true; more; ) {
        const page = await stage.other.presence.members(set, { limit: 3, ...(after !== undefined && { after }) })
        pages.push(idsOfMembers(page.members).join(''))
        after = page.members.at(-1)?.id
        more = page.more
      }
      expect(pages).toEqual(['abc', 'def', 'g'])
    })

    test('a set without a channel tells only who touches it', async () => {
      const quiet = { leaseMs: 15_000 }
      const { joined, delivery } = await stage.broker.presence.touch('baro~joined:room:1', 'A', touching('ada'), quiet)
      expect([idsOfMembers(joined), delivery]).toEqual([['ada'], undefined])
      expect((await stage.other.read('baro~joined:room:1', all)).head.offset).toBe(0)
      expect((await stage.broker.presence.touch('baro~joined:room:1', 'A', releasing('ada'), quiet)).left).toHaveLength(
        1,
      )
    })

    test('the members of a set outlive its history and a checkpoint that somebody writes', async () => {
      const { delivery } = await stage.broker.presence.touch(set, 'A', touching('ada'), terms)
      if (!delivery) throw new Error('Nobody was told.')
      await stage.broker.writeCheckpoint(set, { position: delivery.position, version: '1', state: 'wrong' })
      expect(await listed()).toEqual(['ada'])
    })

    test('guests are hashed with the same key on every node', async () => {
      expect(await stage.other.presence.key()).toBe(await stage.broker.presence.key())
    })
  })
}

/** What is kept of who was here, where everything is kept. */
export function presenceRestartDuties(stage: Stage, reopen: () => Promise<void>): void {
  describe('presence after a restart', () => {
    test('I9: who was here stays for one lease, and who comes back in it was never away', async () => {
      await stage.broker.presence.touch(set, 'A', touching('zoe', 'ada', 'bob'), terms)
      const key = await stage.broker.presence.key()
      const before = await stage.broker.readCheckpoint(set, '1')
      await reopen()
      expect(await stage.other.readCheckpoint(set, '1')).toEqual(before)
      expect(await stage.other.presence.key()).toBe(key)
      const back = await stage.broker.presence.touch(set, 'A2', touching('zoe', 'bob'), terms)
      expect([back.joined, back.delivery, back.wasKnown]).toEqual([[], undefined, false])
      await stage.pass(terms.leaseMs - 1)
      await stage.broker.presence.touch(set, 'A2', renewal(), terms)
      expect(await look(stage.broker)).toEqual([])
      await stage.pass(1)
      const [change] = await look(stage.broker)
      expect(idsOfMembers(change?.left ?? [])).toEqual(['ada'])
    })
  })
}
