/** I8: a rule decides about each thing that somebody does, and is told what it is. */
import { describe, expect, test } from 'vitest'
import { createRoomStage, payloadOf, room, subscribe } from '../../test/fake-client.ts'
import { brief, news, publishAll, serve } from '../../test/http-stage.ts'
import { EventReader, TextSocket } from '../../test/stream-readers.ts'
import type { AccessContext, AnyHandlers } from '../channel/handlers.ts'

const readOnly: Pick<AnyHandlers, 'access'> = { access: ({ action }) => action === 'read' }

/** What a rule was asked, in short. */
function noted(): { readonly asked: string[]; readonly access: AnyHandlers['access'] } {
  const asked: string[] = []
  const access = ({ action, type, params }: AccessContext) =>
    asked.push([action, type, (params as { id: string }).id].filter(Boolean).join(' ')) > 0
  return { asked, access }
}

describe('a rule is asked', () => {
  const handlers: Partial<AnyHandlers> = {
    events: { message: ({ payload, publish }) => publish('message', payload as never) },
    signals: { typing: ({ payload, signal }) => signal('typing', payload as never) },
    requests: { echo: ({ payload }) => payload },
  }

  test('for each message, with the type that the client says', async () => {
    const { asked, access } = noted()
    const { connect } = createRoomStage({ ...handlers, access })
    const client = await connect('ada')
    await client.ask('baro:publish', { id: '1', channel: 'room:7', type: 'message', payload: { text: 'hi' } })
    await client.ask('baro:signal', { channel: 'room:7', type: 'typing', payload: { on: true } })
    await client.ask('baro:request', { id: '2', channel: 'room:7', type: 'echo', payload: { text: 'hi' } })
    await client.ask('baro:request', { id: '3', channel: 'room:7', type: 'no such type', payload: null })
    expect(asked).toEqual(['publish message 7', 'signal typing 7', 'request echo 7', 'request no such type 7'])
  })

  test('by POST and on a plain WebSocket as well', async () => {
    const { asked, access } = noted()
    const { ask, url } = await serve({}, { access })
    const body = '{"type":"message","payload":"a"}'
    expect((await ask('/baro/channels/chat:1', { method: 'POST', body })).status).toBe(200)
    const socket = new TextSocket(url('/baro/channels/chat:2?view=payload'))
    socket.say(body)
    await socket.next()
    expect(asked).toEqual(['publish message 1', 'read 2', 'publish message 2'])
  })

  test('of one type it refuses, that alone is refused', async () => {
    const access = ({ type }: AccessContext) => type !== 'note'
    const events: AnyHandlers['events'] = {
      ...handlers.events,
      note: ({ payload, publish }) => publish('note', payload as never),
    }
    const { connect, hub } = createRoomStage({ access, events })
    const client = await connect('ada')
    const say = (id: string, type: string) =>
      client.ask('baro:publish', { id, channel: 'room:1', type, payload: { text: 'hi' } })
    expect(payloadOf(await say('1', 'note'), 'baro:error')).toMatchObject({ code: 'refused', id: '1' })
    expect(payloadOf(await say('2', 'message'), 'baro:published')).toMatchObject({ id: '2' })
    expect(hub.counters.published).toBe(1)
  })

  test('for "history" where there is some to have, and never otherwise', async () => {
    const { asked, access } = noted()
    const { connect, publish } = createRoomStage({ access })
    const first = await publish('a')
    const head = await publish('b')
    const client = await connect('ada')
    await subscribe(client, 1)
    await subscribe(client, 2, head)
    await subscribe(client, 3, 'none')
    expect(asked).toEqual(['read 1', 'read 1', 'read 1'])
    await subscribe(client, 4, first)
    expect(asked.slice(3)).toEqual(['read 1', 'history 1'])
  })
})

describe('who may read, but has no history', () => {
  test('begins with the newest snapshot, on the link of the SDK, and goes on live', async () => {
    const { connect, publish, hub } = createRoomStage(readOnly)
    const first = await publish('a')
    await publish('b')
    const client = await connect('ada')
    expect(payloadOf(await subscribe(client, 1, first), 'baro:reset')).toMatchObject({
      reason: 'refused',
      snapshot: ['a', 'b'],
    })
    await publish('c')
    expect(JSON.stringify(payloadOf(await client.heard(), 'baro:publications'))).toContain('"c"')
    expect(hub.counters.reset.refused).toBe(1)
  })

  test('begins so as a participant, and on every plain rung', async () => {
    const { hub, ask, url } = await serve({}, readOnly)
    const [first = ''] = await publishAll(hub, 'chat:1', 'old', 'new')
    const path = `/baro/channels/chat:1?after=${first}`
    for (const wait of ['', '&wait=25'])
      expect((await ask(path + wait)).body).toMatchObject({
        reset: 'refused',
        snapshot: ['old', 'new'],
        publications: [],
      })
    const stream = await EventReader.open(url(`${path}&live=sse`))
    const socket = new TextSocket(url(path))
    for (const rung of [stream, socket])
      expect(await rung.message()).toMatchObject({ payload: { reason: 'refused', snapshot: ['old', 'new'] } })
    const told = await new Promise((resolve) => {
      hub.open().follow({ channel: 'chat:1' }, first, {
        delivered: () => resolve('delivered'),
        reset: (reason) => resolve(reason),
        failed: ({ code }) => resolve(code),
      })
    })
    expect(told).toBe('refused')
  })

  test('may not read backwards, and is shown nothing of what a channel without a state has', async () => {
    const { hub, ask } = await serve({}, readOnly)
    const [position = ''] = await publishAll(hub, 'news:1', 'secret')
    expect((await ask(`/baro/channels/news:1?before=${position}`)).body.error?.code).toBe('refused')
    expect((await ask('/baro/channels/news:1')).body).toEqual({ publications: [], position })
  })

  test('is refused by a rule that throws only for that', async () => {
    const access = ({ action }: AccessContext) => {
      if (action === 'history') throw new Error('a fault of the rule')
      return true
    }
    const { connect, publish, log } = createRoomStage({ access })
    const first = await publish('secret')
    await publish('another secret')
    const client = await connect('ada')
    const answer = await subscribe(client, 1, first)
    expect(payloadOf(answer, 'baro:error')).toMatchObject({ code: 'handler-failed', channel: 'room:1', attempt: 1 })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(log.errors).toHaveLength(1)
    expect(payloadOf(await subscribe(client, 2), 'baro:reset')).toMatchObject({ attempt: 2 })
  })
})

test('a rule knows the parameters of its channel, by their types', () => {
  const { hub } = createRoomStage()
  expect(() =>
    hub.on(room, {
      // @ts-expect-error The pattern of a room has an `id`, and no `name`.
      access: ({ params }) => params.name === '1',
    }),
  ).toThrow('twice')
  void [news, brief]
})
