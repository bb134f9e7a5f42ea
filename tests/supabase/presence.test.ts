import { createClient } from '@baro/client'
import { followMembers, track } from '@baro/client/members'
import { channel, members } from '@baro/core'
import { mount as mountSocketIo } from '@baro/socket.io'
import type { RealtimeChannel } from '@supabase/supabase-js'
import { io } from 'socket.io-client'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { atEnd, joined, type Node, startNode, versions } from './stage.ts'

const hall = channel('hall:{id}', { members: { state: z.object({ name: z.string() }) } })

async function startHall(): Promise<Node> {
  return startNode({
    auth: ({ token }) => (token === undefined ? undefined : { id: token }),
    hub: { leaveAfterMs: 1 },
    channels: [hall],
    prepare: (hub) => hub.on(hall, { access: 'public' }),
  })
}

/** Resolves with the state as soon as it is so. */
function whenPresent(
  topic: RealtimeChannel,
  isSo: (state: Record<string, { name: string }[]>) => boolean,
): Promise<Record<string, { name: string }[]>> {
  return new Promise((resolve) => {
    const look = () => {
      const state = topic.presenceState<{ name: string }>()
      if (isSo(state)) resolve(state)
    }
    topic.on('presence', { event: 'sync' }, look)
  })
}

const keys = (state: object) => Object.keys(state).sort()

describe.each(versions)('with serializer %s', (version) => {
  test('who tracks itself is seen by all, under its key, until it stops or goes', async () => {
    const node = await startHall()
    const join = (key: string) => node.client({ version }).channel('hall:1', { config: { presence: { key } } })
    const [ann, ben] = [join('ann'), join('ben')]
    const events: string[] = []
    ann.on('presence', { event: 'join' }, ({ key }) => events.push(`${key} joins`))
    ann.on('presence', { event: 'leave' }, ({ key }) => events.push(`${key} leaves`))
    const both = whenPresent(ann, (state) => keys(state).join() === 'ann,ben')
    const changed = whenPresent(ann, (state) => state.ben?.[0]?.name === 'Benny')
    const stopped = whenPresent(ann, (state) => events.includes('ben leaves') && state.ben === undefined)
    await Promise.all([joined(ann), joined(ben)])
    expect(await ann.track({ name: 'Ann' })).toBe('ok')
    expect(await ben.track({ name: 'Ben' })).toBe('ok')
    expect(await both).toEqual({
      ann: [{ name: 'Ann', presence_ref: expect.any(String) }],
      ben: [{ name: 'Ben', presence_ref: expect.any(String) }],
    })
    expect(await ben.track({ name: 'Benny' })).toBe('ok')
    await changed
    expect(await ben.untrack()).toBe('ok')
    expect(keys(await stopped)).toEqual(['ann'])
  })
})

test('a state that the schema of the channel refuses is refused, and so is presence where nobody is told', async () => {
  const node = await startHall()
  const topic = node.client().channel('hall:1', { config: { presence: { key: 'ann', enabled: true } } })
  await joined(topic)
  expect(await topic.track({ name: 1 })).toBe('error')
  expect(await topic.track({ name: 'Ann' })).toBe('ok')
  const room = node.client().channel('room:1', { config: { presence: { enabled: true } } })
  await joined(room)
  expect(await room.track({ name: 'Ann' })).toBe('error')
})

test('without a key each client has one of its own, and a user has the id of the user, however many connections there are', async () => {
  const node = await startHall()
  const watcher = node.client().channel('hall:1')
  const all = whenPresent(watcher, (state) => keys(state).length === 3)
  await joined(watcher)
  for (const key of ['anon', 'anon', 'ada', 'ada']) {
    const topic = await joined(node.client({ key }).channel('hall:1'))
    expect(await topic.track({ name: key })).toBe('ok')
  }
  const state = await all
  expect(state.ada).toHaveLength(1)
  expect(
    Object.values(state)
      .flat()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['ada', 'anon', 'anon'])
})

test('members of the SDK, of Supabase and of Socket.IO see each other, and leave alike', async () => {
  const node = await startHall()
  mountSocketIo(
    node.hub,
    (server) => {
      server.on('connection', (socket) => socket.join('hall:1'))
    },
    { member: () => ({ name: 'Socket' }) },
  )
  const watcher = node.client().channel('hall:1', { config: { presence: { key: 'watcher' } } })
  const isAll = (count: number) => (state: Record<string, { name: string }[]>) => Object.keys(state).length === count
  const three = whenPresent(watcher, isAll(3))
  let wereThree = false
  const two = whenPresent(watcher, (state) => wereThree && isAll(2)(state))
  const one = whenPresent(watcher, (state) => wereThree && isAll(1)(state))
  await joined(watcher)
  await watcher.track({ name: 'Supabase' })
  const client = createClient({ url: `${node.url}/baro` })
  atEnd(() => client.close())
  const tracking = track(client, hall({ id: 1 }), { name: 'SDK' })
  const seen = followMembers(client, hall({ id: 1 }))
  const sdkSees = (count: number) =>
    new Promise<string[]>((resolve) => {
      const look = () => {
        const names = (seen.current.list ?? []).map(({ state }) => state.name).sort()
        if (names.length === count) resolve(names)
      }
      seen.on('sync', look)
      look()
    })
  const socket = io(node.url, { transports: ['websocket'], forceNew: true })
  atEnd(() => socket.disconnect())
  expect(
    Object.values(await three)
      .flat()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['SDK', 'Socket', 'Supabase'])
  wereThree = true
  expect(await sdkSees(3)).toEqual(['SDK', 'Socket', 'Supabase'])
  socket.disconnect()
  await two
  tracking.stop()
  await one
  await watcher.untrack()
  expect(await sdkSees(0)).toEqual([])
  expect(members(hall({ id: 1 })).channel).toBe('baro~members:hall:1')
})
