/** Who is here, by whatever transport a member comes: the hub sees links and requests, the others see people. */
import { followMembers, track } from '@baro/client/members'
import { members } from '@baro/core'
import { describe, expect, it } from 'vitest'
import { clientRungs } from './client-rungs.ts'
import { openStage, room } from './rung-stage.ts'

const reference = room({ id: 1 })

async function openLobby() {
  const stage = await openStage({}, { auth: ({ token }) => (token === undefined ? undefined : { id: token }) })
  const seen = async () => {
    const { value } = await stage.settled(stage.hub.snapshot(members(reference)))
    return (value.list ?? []).map(({ user, state }) => `${user}: ${state.mood}`)
  }
  return { ...stage, seen }
}

describe.each(clientRungs)('over %s', (_, createTransport) => {
  it('I9: a member comes, changes, stays for as long as it is there, and goes', async () => {
    const { clock, open, until, pass, seen, settled } = await openLobby()
    const { client } = open(createTransport(clock), { token: () => 'ada' })
    const watcher = open(createTransport(clock), { token: () => 'bob' })
    const told: string[] = []
    const here = followMembers(watcher.client, reference)
    for (const event of ['join', 'change', 'leave'] as const)
      here.on(event, ({ user, state }) => told.push(`${event} ${user}: ${state.mood}`))
    await until(() => expect(here.status.state).toBe('live'))
    const tracking = track(client, reference, { mood: 'calm' }, clock)
    await until(() => expect(tracking.status.state).toBe('live'))
    await until(() => expect(told).toEqual(['join ada: calm']))
    await until(() => expect(here.me).toBe('user:bob'))
    tracking.update({ mood: 'glad' })
    await until(() => expect(told.slice(1)).toEqual(['change ada: glad']))
    await pass(70_000)
    expect(await settled(seen())).toEqual(['ada: glad'])
    expect(here.current).toMatchObject({ count: 1, list: [{ user: 'ada', state: { mood: 'glad' } }] })
    tracking.stop()
    client.close()
    await pass(60_000)
    await until(() => expect(told.slice(2)).toEqual(['leave ada: glad']))
    expect(await settled(here.page())).toEqual({ members: [] })
  })
})

it('a user with a tab on each rung is one member', async () => {
  const { clock, open, until, seen, settled, pass } = await openLobby()
  const tabs = clientRungs.map(([name, createTransport]) => ({
    name,
    client: open(createTransport(clock), { token: () => 'ada' }).client,
  }))
  for (const { name, client } of tabs) {
    const tracking = track(client, reference, { mood: name }, clock)
    await until(() => expect(tracking.status.state).toBe('live'))
    await pass(1_000)
  }
  expect(await settled(seen())).toEqual(['ada: poll'])
  for (const { client } of tabs.slice(1)) client.close()
  await pass(60_000)
  expect(await settled(seen())).toHaveLength(1)
})

it.each(clientRungs)(
  'I9: over %s a guest knows which member it is, and others do not know its secret',
  async (_, createTransport) => {
    const { clock, open, until } = await openLobby()
    const { client } = open(createTransport(clock))
    const here = followMembers(client, reference)
    const synced: unknown[] = []
    here.on('sync', () => synced.push(here.me))
    expect(here.me).toBeUndefined()
    track(client, reference, { mood: 'calm' }, clock)
    await until(() => expect(here.current.list?.map(({ id }) => id)).toEqual([here.me]))
    expect(here.me).toMatch(/^guest:/)
    expect(synced.at(-1)).toBe(here.me)
  },
)

it('I8: what somebody told of himself is not told by the next who signs in', async () => {
  const { clock, open, until, pass, seen, settled } = await openLobby()
  for (const [, createTransport] of clientRungs) {
    let user = 'ada'
    const { client } = open(createTransport(clock), { token: () => user })
    const tracking = track(client, reference, { mood: 'of ada' }, clock)
    await until(() => expect(tracking.status.state).toBe('live'))
    tracking.stop()
    user = 'bob'
    client.reconnect()
    await pass(5_000)
    expect((await settled(seen())).filter((line) => line.startsWith('bob'))).toEqual([])
    client.close()
  }
})
