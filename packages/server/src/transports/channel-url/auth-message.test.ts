/** Who cannot send a header says who it is by its first message: a browser, on a plain WebSocket. */
import { closeCodes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { type HttpStage, news, publishAll, serve, tick, until } from '../../../test/http-stage.ts'
import { TextSocket } from '../../../test/stream-readers.ts'
import type { AccessContext, AnyHandlers, Auth } from '../../channel/handlers.ts'

const start = Date.UTC(2026, 0, 1)
const path = '/baro/channels/chat:1'

/** A token is the id of its user, and until when it is good. */
const auth: Auth = ({ token }) => {
  if (token === undefined) return undefined
  const [id = '', lastsMs] = token.split(' ')
  if (id === 'wrong') throw new Error('a token that is wrong')
  return { id, ...(lastsMs && { expiresAtMs: start + Number(lastsMs) }) }
}

const onlyAda = { access: ({ user }: AccessContext) => user?.id === 'ada' }
const say = (token: string) => JSON.stringify({ type: 'AUTH', token })

/** The head of a socket that is open, and what is waiting for a token. */
async function opened(handlers: Partial<AnyHandlers> = onlyAda): Promise<HttpStage & { socket: TextSocket }> {
  const stage = await serve({ auth }, { access: 'public', ...handlers })
  await publishAll(stage.hub, 'chat:1', 'secret')
  const socket = new TextSocket(stage.url(path))
  await new Promise((resolve) => socket.webSocket.once('open', resolve))
  return { ...stage, socket }
}

describe('a plain WebSocket without a token, to a channel whose rule wants one', () => {
  test.each([
    ['beside the type', '{"type":"AUTH","token":"ada"}'],
    ['in a payload', '{"type":"AUTH","payload":{"token":"ada"}}'],
    ['in another case', '{"type":"Auth","token":"ada"}'],
    ['in small letters', '{"type":"auth","payload":{"token":"ada"}}'],
  ])('is told nothing until one comes, %s, and everything after it', async (_, message) => {
    const { hub, socket } = await opened()
    await publishAll(hub, 'chat:1', 'another secret')
    expect(socket.unread).toBe(0)
    socket.say(message)
    expect(await socket.message()).toEqual({ type: 'baro:authenticated', payload: { user: 'ada' } })
    expect(await socket.message()).toMatchObject({
      type: 'baro:reset',
      payload: { snapshot: ['secret', 'another secret'] },
    })
    await publishAll(hub, 'chat:1', 'live')
    expect(await socket.message()).toMatchObject({ payload: 'live' })
  })

  test('is closed with 4003 after ten seconds, and nothing was told', async () => {
    const { clock, socket, hub } = await opened()
    clock.advance(9_999)
    expect(hub.counters.sessions).toBe(1)
    clock.advance(1)
    expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code: 'unauthenticated' } })
    expect((await socket.closed).code).toBe(closeCodes['no-connect'])
    expect([socket.unread, hub.counters.sessions]).toEqual([0, 0])
  })

  test.each([
    ['is wrong', 'wrong', 'unauthenticated', closeCodes.unauthenticated],
    ['has expired', 'ada -1', 'expired', closeCodes.expired],
    ['is of somebody whom the rule refuses', 'grace', 'refused', closeCodes.refused],
  ])('is closed if the token %s', async (_, token, code, closeCode) => {
    const { socket, hub } = await opened()
    socket.say(say(token))
    expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code } })
    expect((await socket.closed).code).toBe(closeCode)
    expect([socket.unread, hub.counters.sessions]).toEqual([0, 0])
  })

  test('sends nothing before it, and is told what comes first', async () => {
    const { socket, hub } = await opened({ ...onlyAda })
    socket.say('{"type":"message","payload":"a","id":"mine"}', 'plain text', '{"type":"AUTH"}')
    for (const code of ['unauthenticated', 'unauthenticated', 'bad-message'])
      expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code } })
    expect(hub.counters.published).toBe(1)
  })

  test('what follows the token without waiting for the answer is taken as the user', async () => {
    const { socket } = await opened()
    socket.say(say('ada'), '{"type":"message","payload":"hi"}')
    await socket.message()
    await socket.message()
    expect(await socket.message()).toMatchObject({ type: 'message', payload: 'hi', by: 'ada' })
  })

  test('lets 256 messages wait while the token is checked, and refuses the rest', async () => {
    let letIn = () => {}
    const slow: Auth = ({ token }) => {
      if (token === undefined) return undefined
      return new Promise((resolve) => {
        letIn = () => resolve({ id: token })
      })
    }
    const { hub, url } = await serve({ auth: slow, limits: { messagesPerSecond: 1_000 } }, onlyAda)
    const socket = new TextSocket(url(path))
    socket.say(say('ada'), ...Array.from({ length: 257 }, (_, index) => `{"type":"message","payload":"${index}"}`))
    expect(await socket.message()).toMatchObject({ payload: { code: 'rate-limited' } })
    letIn()
    expect(await socket.message()).toMatchObject({ type: 'baro:authenticated' })
    while (hub.counters.published < 256) await socket.next()
    expect(hub.counters.published).toBe(256)
  })

  test('a rule that throws for a guest makes it wait as well, and is logged', async () => {
    const { socket, log } = await opened({
      access: (({ user }: AccessContext) => user?.id.length === 3 || fault()) as never,
    })
    expect(log.errors).toEqual([expect.stringContaining('"chat:1"')])
    socket.say(say('ada'))
    expect(await socket.message()).toMatchObject({ type: 'baro:authenticated' })
  })
})

function fault(): never {
  throw new Error('a fault of the rule')
}

describe('a later token on a plain WebSocket', () => {
  test('of the same user lets it live on, without a gap or a repeat', async () => {
    const { socket, clock, hub } = await opened()
    socket.say(say('ada 5000'))
    expect(await socket.message()).toMatchObject({ payload: { expiresInMs: 5_000 } })
    await socket.message()
    socket.say(say('ada 9000'))
    expect(await socket.message()).toEqual({ type: 'baro:authenticated', payload: { user: 'ada', expiresInMs: 9_000 } })
    clock.advance(8_999)
    await publishAll(hub, 'chat:1', 'live')
    expect(await socket.message()).toMatchObject({ payload: 'live' })
    clock.advance(1)
    expect(await socket.message()).toMatchObject({ payload: { code: 'expired' } })
    expect((await socket.closed).code).toBe(closeCodes.expired)
  })

  test('of somebody whom the rule refuses ends it', async () => {
    const { socket, hub } = await opened()
    socket.say(say('ada'))
    await socket.message()
    await socket.message()
    socket.say(say('grace'))
    expect(await socket.message()).toMatchObject({ payload: { code: 'refused' } })
    expect((await socket.closed).code).toBe(closeCodes.refused)
    expect(hub.counters.sessions).toBe(0)
  })

  test('of somebody else changes nothing for what was sent before, also if it waits', async () => {
    let goOn = () => {}
    const events = {
      message: async ({ payload, publish }: { payload: string; publish: (...args: unknown[]) => unknown }) => {
        if (payload === 'slow') await new Promise<void>((resolve) => (goOn = resolve))
        await publish('message', payload)
      },
    }
    const { socket } = await opened({ events: events as never, access: ({ user }) => user !== undefined })
    const publish = (payload: string) => JSON.stringify({ type: 'message', payload })
    socket.say(say('ada'), publish('slow'), publish('queued'), say('grace'), publish('after'))
    const by = new Map<unknown, unknown>()
    for (let message = await socket.message(); by.size < 3; message = await socket.message()) {
      if (message.type === 'message') by.set(message.payload, (message as { by?: unknown }).by)
      if ((message.payload as { user?: string })?.user === 'grace') goOn()
      if (by.size === 3) break
    }
    expect(Object.fromEntries(by as Map<string, unknown>)).toEqual({ slow: 'ada', queued: 'ada', after: 'grace' })
  })

  test('that is wrong is refused, and the stream goes on as it was', async () => {
    const { socket, hub } = await opened()
    socket.say(say('ada'))
    await socket.message()
    await socket.message()
    socket.say(say('wrong'))
    expect(await socket.message()).toMatchObject({ payload: { code: 'unauthenticated' } })
    await publishAll(hub, 'chat:1', 'live')
    expect(await socket.message()).toMatchObject({ payload: 'live' })
  })

  test.each(['wrong', 'grace'])('of %s does not count, so what waits behind it is done for nobody', async (name) => {
    const { socket, hub } = await opened({
      ...onlyAda,
      events: { message: ({ payload, publish }) => publish('message', payload) },
    })
    socket.say(say('ada'), say(name), '{"type":"message","payload":"as grace","id":"g"}')
    expect(await socket.message()).toMatchObject({ type: 'baro:authenticated' })
    expect(await socket.message()).toMatchObject({ type: 'baro:reset' })
    expect(await socket.message()).toMatchObject({ type: 'baro:error' })
    // Of somebody whom the rule refuses the stream ends; else whoever waits for the answer gets one.
    if (name === 'grace') await socket.closed
    else expect(await socket.message()).toMatchObject({ payload: { code: 'unauthenticated', id: 'g' } })
    expect(hub.counters.published).toBe(1)
  })

  test('that counts, behind one that does not, counts', async () => {
    const { socket } = await opened({ events: { message: ({ payload, publish }) => publish('message', payload) } })
    await socket.message()
    socket.say(say('wrong'), '{"type":"message","payload":"lost"}', say('ada'), '{"type":"message","payload":"kept"}')
    const seen = [await socket.message(), await socket.message(), await socket.message(), await socket.message()]
    expect(seen).toMatchObject([
      { type: 'baro:error' },
      { type: 'baro:error' },
      { type: 'baro:authenticated' },
      { payload: 'kept', by: 'ada' },
    ])
  })

  test('I8: gives signals to one user to whom the stream is of now', async () => {
    const { hub, url } = await serve({ auth }, { access: 'public' })
    const socket = new TextSocket(url('/baro/channels/news:1'))
    await socket.message()
    const signal = (to: string) => hub.signal(news({ id: '1' }), 'typing', `to ${to}`, { to })
    const heard: unknown[] = []
    for (const name of ['ada', 'grace']) {
      socket.say(say(name))
      expect(await socket.message()).toMatchObject({ type: 'baro:authenticated' })
      for (const to of ['ada', 'grace']) await signal(to)
      await hub.publish(news({ id: '1' }), 'message', 'end')
      for (let next = await socket.message(); next.payload !== 'end'; next = await socket.message())
        heard.push(next.payload)
    }
    expect(heard).toEqual(['to ada', 'to grace'])
  })

  test('I8: of a user who was disconnected nothing more is done, also for a client that does not heed the close', async () => {
    const { socket, hub } = await opened({ events: { message: ({ payload, publish }) => publish('message', payload) } })
    await socket.message()
    socket.say(say('ada'))
    await socket.message()
    socket.webSocket.pause()
    await hub.disconnect({ user: 'ada' })
    socket.say('{"type":"message","payload":"afterwards"}')
    // What comes on another connection after it is read after it.
    const other = new TextSocket(socket.webSocket.url)
    await new Promise((resolve) => other.webSocket.once('open', resolve))
    await other.message()
    other.say('{"type":"message","payload":"of somebody else"}')
    expect(await other.message()).toMatchObject({ payload: 'of somebody else' })
    expect(hub.counters.published).toBe(2)
  })

  test('makes a user of a guest on a public channel: who has left and joined is told, and nothing is missed', async () => {
    const moments: string[] = []
    const note = (moment: string) => (context: { user?: { id: string } | undefined }) =>
      moments.push(`${context.user?.id} ${moment}`)
    const { socket, hub } = await opened({ joined: note('joined'), left: note('left') } as never)
    await socket.message()
    socket.say('{"type":"message","payload":"guest"}')
    expect(await socket.message()).not.toHaveProperty('by')
    socket.say(say('ada'), '{"type":"message","payload":"user"}')
    expect(await socket.message()).toMatchObject({ type: 'baro:authenticated' })
    expect(await socket.message()).toMatchObject({ payload: 'user', by: 'ada' })
    expect(moments).toEqual(['undefined joined', 'undefined left', 'ada joined'])
    expect(hub.counters.reset.none).toBe(1)
  })

  test('is never published, whatever events the channel has', async () => {
    const { socket, hub } = await opened({})
    await socket.message()
    socket.say('{"type":"AUTH","payload":{"text":"hi"}}', '{"type":"auth","payload":"ada"}')
    for (let count = 0; count < 2; count++)
      expect(await socket.message()).toMatchObject({ payload: { code: 'bad-message' } })
    expect(hub.counters.published).toBe(1)
  })
})

/** Resolves when the hub has read all that the socket has sent. */
const readUpToHere = ({ webSocket }: TextSocket) =>
  new Promise<void>((resolve) => {
    webSocket.once('pong', () => resolve())
    webSocket.ping()
  })

describe('what waits behind a token is not done', () => {
  const behind = JSON.stringify({ type: 'message', payload: 'behind' })

  /** A stream of ada, and what lets the check of a token end that takes its time. */
  async function asAda(access: (user: string | undefined) => boolean, limits = {}) {
    let letIn = () => {}
    const slow: Auth = ({ token }) => {
      const [id, isSlow] = token?.split(' ') ?? []
      if (id === undefined) return undefined
      return isSlow ? new Promise((resolve) => (letIn = () => resolve({ id }))) : { id }
    }
    const stage = await serve({ auth: slow, limits }, { access: ({ user }) => access(user?.id) })
    const openAs = async (user: string) => {
      const socket = new TextSocket(stage.url(path), { headers: { authorization: `Bearer ${user}` } })
      await socket.next()
      return socket
    }
    return { ...stage, openAs, socket: await openAs('ada'), letIn: () => letIn() }
  }

  test('when the link breaks while the token is checked', async () => {
    const { hub, socket, letIn } = await asAda(() => true)
    socket.say(say('grace slowly'), behind)
    await readUpToHere(socket)
    socket.webSocket.terminate()
    await until(() => hub.counters.sessions === 0)
    letIn()
    await tick()
    await publishAll(hub, 'chat:1', 'last')
    expect(await hub.snapshot({ channel: 'chat:1' } as never)).toMatchObject({ value: ['last'] })
  })

  test.each<[string, Parameters<typeof asAda>, string]>([
    ['the rule refuses whom the stream would become', [(user) => user !== 'grace'], 'refused'],
    ['that user has as many connections as it may', [() => true, { maxConnectionsPerUser: 1 }], 'rate-limited'],
  ])('when %s', async (_, given, code) => {
    const { hub, socket, letIn, openAs } = await asAda(...given)
    if (code === 'rate-limited') await openAs('grace')
    socket.say(say('grace slowly'), behind)
    await readUpToHere(socket)
    letIn()
    expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code } })
    await socket.closed
    expect([socket.unread, hub.counters.published]).toEqual([0, 0])
  })

  test('when a message before it has ended the stream', async () => {
    const message = ({ payload, publish }: { payload: string; publish: (...args: unknown[]) => unknown }) => {
      void hub.disconnect({ user: 'grace' })
      return publish('message', payload)
    }
    const { hub, url } = await serve({}, { access: 'public', events: { message } as never })
    const socket = new TextSocket(url(path))
    await socket.next()
    socket.say(say('grace'), ...['first', 'second'].map((payload) => JSON.stringify({ type: 'message', payload })))
    await socket.closed
    await until(() => hub.counters.published > 0)
    await tick()
    expect(await hub.snapshot({ channel: 'chat:1' } as never)).toMatchObject({ value: ['first'] })
  })
})

test('a wrong token in the header is refused at the handshake, as before', async () => {
  const { ask, url } = await serve({ auth }, onlyAda)
  const socket = new TextSocket(url(path), { headers: { authorization: 'Bearer wrong' } })
  expect((await socket.closed).code).toBe(1006)
  expect((await ask(path, { headers: { authorization: 'Bearer grace' } })).status).toBe(403)
})
