import { audit, channel } from '@baro/core'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { FakeClient, payloadOf, RecordedLog } from '../../test/fake-client.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import { createHub } from '../hub/create-hub.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'

const hall = channel('hall:{id}', {
  moderated: true,
  events: { message: z.string() },
  state: {
    initial: (): { id: string; text: string }[] => [],
    on: { message: (list, { id, payload }) => [...list, { id, text: payload }] },
    redact: (list, { id }) => list.filter((one) => one.id !== id),
  },
})
const open = channel('open:{id}', { events: { message: z.string() } })
const hallOne = hall({ id: 1 })

function createNodes(handlers: Partial<AnyHandlers> = { moderators: ({ user }) => user?.id === 'owner' }) {
  const clock = createFakeClock()
  const randomness = createSeededRandomness('mutes')
  const broker = createMemoryBroker({ clock, randomness })
  const node = () => {
    const auth = ({ token }: { token?: string }) => (token === undefined ? undefined : { id: token })
    const hub = createHub({ channels: [hall, open], auth, broker, clock, randomness, log: new RecordedLog() })
    hub.on(open, { access: 'public' })
    hub.on(hall, {
      access: 'public',
      events: { message: ({ payload, publish }) => publish('message', payload as string) },
      ...handlers,
    } as AnyHandlers)
    return hub
  }
  let clients = 0
  const connect = async (hub: ReturnType<typeof node>, token?: string) => {
    const client = new FakeClient(hub, clock)
    await client.ask('baro:connect', { protocol: 1, client: `client-${++clients}`, ...(token && { token }) })
    return client
  }
  return { clock, node, connect }
}

let asked = 0
const request = async (client: FakeClient, type: string, payload: object) => {
  const id = `r-${++asked}`
  const heard = await client.ask('baro:request', { id, channel: 'baro~audit:hall:1', type, payload: payload as never })
  return heard.find(({ payload: about }) => (about as { id?: string }).id === id)?.payload
}
const publish = async (client: FakeClient, id: string) => {
  const heard = await client.ask('baro:publish', { id, channel: 'hall:1', type: 'message', payload: 'hi' })
  return heard.find(({ payload }) => (payload as { id?: string }).id === id)
}

describe('who is muted', () => {
  test('is refused on all nodes with a code and a time, and may publish again when it is over', async () => {
    const { clock, node, connect } = createNodes()
    const [one, two] = [node(), node()]
    const [mallory, grace, guest] = [await connect(two, 'mallory'), await connect(two, 'grace'), await connect(two)]
    expect(await publish(mallory, 'before')).toMatchObject({ type: 'baro:published' })
    await one.mute(hallOne, { user: 'mallory', untilMs: clock.now() + 60_000, reason: 'abuse', by: 'owner' })
    await clock.pass(0)
    expect(await publish(mallory, 'muted')).toMatchObject({
      type: 'baro:error',
      payload: {
        code: 'muted',
        message: expect.stringContaining(new Date(clock.now() + 60_000).toISOString()),
      },
    })
    const bot = two.open({ user: { id: 'mallory' } })
    await expect(bot.publish(hallOne, 'message', 'hi')).rejects.toMatchObject({ code: 'muted', retryAfterMs: 60_000 })
    for (const other of [grace, guest]) expect(await publish(other, 'other')).toMatchObject({ type: 'baro:published' })
    await clock.pass(60_000)
    expect(await publish(mallory, 'after')).toMatchObject({ type: 'baro:published' })
  })

  test('may publish again at once when a time is given that is over', async () => {
    const { clock, node, connect } = createNodes()
    const hub = node()
    const mallory = await connect(hub, 'mallory')
    await hub.mute(hallOne, { user: 'mallory', untilMs: Number.MAX_SAFE_INTEGER })
    expect(await publish(mallory, 'a')).toMatchObject({ payload: { code: 'muted' } })
    await hub.mute(hallOne, { user: 'mallory', untilMs: clock.now() })
    expect(await publish(mallory, 'b')).toMatchObject({ type: 'baro:published' })
    expect((await hub.snapshot(audit(hallOne))).value.muted).toEqual([])
  })

  test('is muted in that channel alone', async () => {
    const { clock, node, connect } = createNodes()
    const hub = node()
    await hub.mute(hall({ id: 2 }), { user: 'mallory', untilMs: clock.now() + 60_000 })
    expect(await publish(await connect(hub, 'mallory'), 'a')).toMatchObject({ type: 'baro:published' })
  })

  test('I7: of no more than 1,000 in a channel, and those who are over make room', async () => {
    const { clock, node } = createNodes()
    const hub = node()
    for (let count = 0; count < 1_000; count++)
      await hub.mute(hallOne, { user: `user-${count}`, untilMs: clock.now() + 60_000 })
    const more = { user: 'mallory', untilMs: clock.now() + 120_000 }
    await expect(hub.mute(hallOne, more)).rejects.toMatchObject({ code: 'not-accepted' })
    await hub.mute(hallOne, { user: 'user-1', untilMs: clock.now() + 90_000 })
    await clock.pass(60_000)
    await hub.mute(hallOne, more)
    const { value } = await hub.snapshot(audit(hallOne))
    expect(value.muted.map(({ user }) => user)).toEqual(['user-1', 'mallory'])
    expect(value.actions).toHaveLength(100)
  })

  test('may be all guests together, and no user and no program then: nothing tells one guest from another', async () => {
    const { clock, node, connect } = createNodes()
    const [one, two] = [node(), node()]
    const [grace, guest] = [await connect(two, 'grace'), await connect(two)]
    const untilMs = clock.now() + 60_000
    await one.mute(hallOne, { guests: true, untilMs, reason: 'a flood', by: 'owner' })
    await one.mute(hallOne, { user: 'mallory', untilMs })
    await clock.pass(0)
    for (const other of [guest, await connect(one)])
      expect(await publish(other, `refused-${++asked}`)).toMatchObject({
        payload: { code: 'muted', message: expect.stringMatching(/^Guests .*until 2026.*Z\.$/) },
      })
    expect(await publish(grace, 'user')).toMatchObject({ type: 'baro:published' })
    await two.publish(hallOne, 'message', 'by the application')
    expect((await two.snapshot(audit(hallOne))).value).toMatchObject({
      actions: [{ type: 'mute', guests: true, reason: 'a flood', by: 'owner' }, { user: 'mallory' }],
      muted: [
        { guests: true, untilMs },
        { user: 'mallory', untilMs },
      ],
    })
    await one.mute(hallOne, { guests: true, untilMs: 0 })
    await clock.pass(0)
    expect(await publish(guest, 'again')).toMatchObject({ type: 'baro:published' })
    expect((await two.snapshot(audit(hallOne))).value.muted).toEqual([{ user: 'mallory', untilMs }])
  })

  test.each([
    ['guests that are not all', { guests: 'some', untilMs: 5 }, 'invalid-payload'],
    ['guests and a user at once', { guests: true, user: 'mallory', untilMs: 5 }, 'invalid-payload'],
    ['nobody', { user: '', untilMs: 5 }, 'invalid-payload'],
    ['no text', { user: 5, untilMs: 5 }, 'invalid-payload'],
    ['a name that is too long', { user: 'x'.repeat(256), untilMs: 5 }, 'invalid-payload'],
    ['no time', { user: 'mallory', untilMs: Number.NaN }, 'invalid-payload'],
    ['a reason that is a letter', { user: 'mallory', untilMs: 5, reason: 'x'.repeat(201) }, 'invalid-payload'],
  ])('cannot be %s', async (_, mute, code) => {
    const { node } = createNodes()
    await expect(node().mute(hallOne, mute as never)).rejects.toMatchObject({ code })
  })

  test('is nobody in a channel that is not moderated', async () => {
    const { node } = createNodes()
    const refusal = node().mute(open({ id: 1 }), { user: 'mallory', untilMs: 5 })
    await expect(refusal).rejects.toMatchObject({ code: 'bad-definition' })
  })
})

describe('moderators', () => {
  test('take back and mute by requests, and follow what was done, the newest last', async () => {
    const { clock, node, connect } = createNodes()
    const [one, two] = [node(), node()]
    const [owner, mallory] = [await connect(one, 'owner'), await connect(two, 'mallory')]
    await publish(mallory, 'm-1')
    const audits = { channel: 'baro~audit:hall:1', attempt: 1, version: '1' }
    expect(payloadOf(await owner.ask('baro:subscribe', audits), 'baro:reset')).toMatchObject({
      snapshot: { actions: [], muted: [] },
    })
    expect(await request(owner, 'redact', { id: 'm-1', reason: 'abuse' })).toMatchObject({
      payload: { outcome: 'redacted' },
    })
    const untilMs = clock.now() + 60_000
    expect(await request(owner, 'mute', { user: 'mallory', untilMs })).toMatchObject({ payload: null })
    await clock.pass(0)
    expect((await two.snapshot(hallOne)).value).toEqual([])
    expect(await publish(mallory, 'm-2')).toMatchObject({ payload: { code: 'muted' } })
    expect((await two.snapshot(audit(hallOne))).value).toEqual({
      actions: [
        { type: 'redact', id: 'm-1', offset: 1, reason: 'abuse', by: 'owner', time: clock.now() },
        { type: 'mute', user: 'mallory', untilMs, by: 'owner', time: clock.now() },
      ],
      muted: [{ user: 'mallory', untilMs }],
    })
  })

  test.each([
    ['by the rule, everybody else', undefined, 'mallory'],
    ['by the rule, guests', undefined, undefined],
    ['everybody where there is no rule, whatever the access', {}, 'owner'],
    ['everybody where the rule does not say true', { moderators: () => 'yes' as never }, 'owner'],
  ])('I8: are not %s', async (_, handlers, user) => {
    const { node, connect } = createNodes(handlers)
    const hub = node()
    const client = await connect(hub, user)
    await hub.publish(hallOne, 'message', 'stays', { id: 'm-1' })
    const audits = { channel: 'baro~audit:hall:1', attempt: 1, version: '1' }
    expect(payloadOf(await client.ask('baro:subscribe', audits), 'baro:error')).toMatchObject({ code: 'refused' })
    expect(await request(client, 'redact', { id: 'm-1' })).toMatchObject({ code: 'refused' })
    expect(await request(client, 'mute', { user: 'x', untilMs: 5 })).toMatchObject({ code: 'refused' })
    expect(await request(client, 'audit', {})).toMatchObject({ code: 'refused' })
    expect((await hub.snapshot(hallOne)).value).toHaveLength(1)
  })

  test.each([
    ['redact', {}, 'bad-id'],
    ['redact', { id: 5 }, 'bad-id'],
    ['redact', { offset: -1 }, 'bad-id'],
    ['redact', { id: 'm-1', reason: {} }, 'invalid-payload'],
    ['mute', { user: 'mallory' }, 'invalid-payload'],
    ['audit', {}, 'not-accepted'],
  ])('a bad question is refused: %s %j', async (type, payload, code) => {
    const { node, connect } = createNodes({ moderators: () => true })
    const owner = await connect(node(), 'owner')
    expect(await request(owner, type, payload)).toMatchObject({ code })
  })

  test('nobody publishes in an audit channel, and none stands beside a channel that is not moderated', async () => {
    const { node, connect } = createNodes({ moderators: () => true })
    const owner = await connect(node(), 'owner')
    const forged = { id: 'x', channel: 'baro~audit:hall:1', type: 'mute', payload: { user: 'x', untilMs: 5 } }
    expect((await owner.ask('baro:publish', forged))[0]).toMatchObject({ payload: { code: 'refused' } })
    const none = { channel: 'baro~audit:open:1', attempt: 1, version: '1' }
    expect((await owner.ask('baro:subscribe', none))[0]).toMatchObject({ payload: { code: 'unknown-channel' } })
  })
})
