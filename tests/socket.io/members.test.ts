/** Sockets in a channel that knows who is in it, with real clients. */
import { channel, members } from '@baro/core'
import { afterEach, expect, test } from 'vitest'
import * as z from 'zod'
import { atEnd, inChat, inTenant, join, type NodeOptions, room, startNode } from './stage.ts'

const lounge = channel('lounge:{id}', {
  events: { message: z.object({ text: z.string() }) },
  members: { state: z.object({ name: z.string() }) },
})
const reference = lounge({ id: 1 })
const log: string[] = []
const note = (_: object, line: string) => void log.push(line)

afterEach(() => void log.splice(0))

/** A node, and what it tells of who is in the lounge, in order. */
async function open({ hub, ...options }: NodeOptions = {}, access: 'public' | object = 'public') {
  const node = await startNode({
    auth: ({ token }) => (token === undefined ? undefined : { id: token }),
    hub: {
      channels: [room, inChat, inTenant, lounge],
      leaveAfterMs: 300,
      log: { info() {}, warn: note, error: note },
      ...hub,
    },
    mount: { member: (socket) => ({ name: String(socket.handshake.auth.name) }) },
    ...options,
    on: (made) => made.on(lounge, { access: access as 'public' }),
  })
  const told: string[] = []
  const names = new Map<string, string>()
  const waiting = new Set<() => void>()
  const watcher = node.hub.open()
  watcher.follow(members(reference), 'now', {
    delivered({ publications }) {
      for (const { payload } of publications) {
        const { joined = [], left = [] } = payload as {
          joined?: { id: string; user?: string; state: { name: string } }[]
          left?: string[]
        }
        for (const { id, user, state } of joined) {
          names.set(id, `${state.name} (${user ?? 'guest'})`)
          told.push(`joined ${names.get(id)}`)
        }
        for (const id of left) told.push(`left ${names.get(id)}`)
      }
      for (const look of [...waiting]) look()
    },
    reset() {},
    failed() {},
  })
  atEnd(() => watcher.end())
  const untilTold = (count: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (told.length < count) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return { ...node, told, untilTold }
}

test('I9: a socket that joins the room of a channel is a member of it until it leaves, or is gone', async () => {
  const { connected, told, untilTold } = await open()
  const ada = await connected({ auth: { token: 'ada', name: 'Ada' } })
  expect(await join(ada, reference.channel)).toBeUndefined()
  await untilTold(1)
  const kim = await connected({ auth: { name: 'Kim' } })
  await join(kim, reference.channel)
  await untilTold(2)
  ada.emit('leave', reference.channel)
  await untilTold(3)
  kim.disconnect()
  await untilTold(4)
  expect(told).toEqual(['joined Ada (ada)', 'joined Kim (guest)', 'left Ada (ada)', 'left Kim (guest)'])
  expect(log).toEqual([])
})

test('I9: a user is one member, by whatever sockets and participants', async () => {
  const { connected, hub, told, untilTold } = await open()
  const first = await connected({ auth: { token: 'ada', name: 'Ada' } })
  await join(first, reference.channel)
  await untilTold(1)
  hub.open({ user: { id: 'ada' } }).track(reference, { name: 'Ada' })
  const second = await connected({ auth: { token: 'ada', name: 'Ada' }, transports: ['polling'] })
  await join(second, reference.channel)
  first.disconnect()
  second.disconnect()
  const bob = await connected({ auth: { token: 'bob', name: 'Bob' } })
  await join(bob, reference.channel)
  await untilTold(2)
  expect(told).toEqual(['joined Ada (ada)', 'joined Bob (bob)'])
})

test('I9: a guest that is cut off and comes back is the same member, and was never away', async () => {
  const { connected, told, untilTold, hub } = await open({ hub: { leaveAfterMs: 60_000 } })
  // It comes back after the others would have been told that it left.
  const slowly = { reconnectionDelay: 400, reconnectionDelayMax: 400, randomizationFactor: 0 }
  const kim = await connected({ auth: { name: 'Kim' }, ...slowly })
  await join(kim, reference.channel)
  await untilTold(1)
  for (let cut = 0; cut < 3; cut++) {
    const back = new Promise<void>((resolve) => kim.once('connect', resolve))
    kim.io.engine.close()
    await back
    expect(kim.recovered).toBe(true)
  }
  const lee = await connected({ auth: { name: 'Lee' } })
  await join(lee, reference.channel)
  await untilTold(2)
  expect(told).toEqual(['joined Kim (guest)', 'joined Lee (guest)'])
  expect((await hub.snapshot(members(reference))).value.list).toHaveLength(2)
})

test('who may not be seen there is in the room all the same; what the schema refuses is logged', async () => {
  const { connected, hub, told, untilTold } = await open({ mount: {} })
  const ada = await connected()
  expect(await join(ada, reference.channel)).toBeUndefined()
  hub.open({ user: { id: 'bob' } }).track(reference, { name: 'Bob' })
  await untilTold(1)
  expect(told).toEqual(['joined Bob (bob)'])
  expect(log).toEqual([expect.stringMatching(/no member of "lounge:1".*The option `member` of mount/)])

  const ruled = await open({}, ({ action }: { action: string }) => action !== 'track')
  log.splice(0)
  expect(await join(await ruled.connected({ auth: { name: 'Kim' } }), reference.channel)).toBeUndefined()
  expect((await ruled.hub.snapshot(members(reference))).value.count).toBe(0)
  expect(log).toEqual([])
})
