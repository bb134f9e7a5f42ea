/** Signals to one user, and signals that have a key, on every rung that carries signals. */
import { expect, test } from 'vitest'
import { atEnd, type HttpStage, news, publishAll, serve, tick, until } from '../../test/http-stage.ts'
import { EventReader, TextSocket } from '../../test/stream-readers.ts'
import { createHub } from '../hub/create-hub.ts'

/** What a reader has heard of signals: their payloads. */
type Follow = (stage: HttpStage, user: string, position: string) => Promise<readonly unknown[]>

const headersOf = (user: string) => ({ authorization: `Bearer ${user}` })
const messagesOf = (user: string, position: string) => [
  { type: 'baro:connect', payload: { protocol: 1, client: `client-of-${user}`, token: user } },
  { type: 'baro:subscribe', payload: { channel: 'news:1', attempt: 1, version: '1', position } },
]

function note(heard: unknown[], said: string): void {
  const { type, payload } = JSON.parse(said)
  if (type === 'baro:signaled') heard.push(payload.payload)
  else if (type === 'typing') heard.push(payload)
}

async function listen(stage: HttpStage, path: string, user: string, texts: readonly string[]) {
  const socket = new TextSocket(stage.url(path), { headers: headersOf(user) })
  const heard: unknown[] = []
  socket.webSocket.on('message', (data) => note(heard, data.toString()))
  await new Promise((resolve) => socket.webSocket.once('open', resolve))
  socket.say(...texts)
  return heard
}

async function stream(stage: HttpStage, path: string, asked: Parameters<typeof EventReader.open>[1]) {
  const reader = await EventReader.open(stage.url(path), asked)
  const heard: unknown[] = []
  void (async () => {
    for (;;) note(heard, JSON.stringify(await reader.message()))
  })()
  return heard
}

const rungs: Readonly<Record<string, Follow>> = {
  'the SDK over WebSocket': (stage, user, position) =>
    listen(
      stage,
      '/baro/connect',
      user,
      messagesOf(user, position).map((message) => JSON.stringify(message)),
    ),
  'the SDK over SSE': (stage, user, position) =>
    stream(stage, '/baro/connect', { method: 'POST', body: JSON.stringify({ messages: messagesOf(user, position) }) }),
  'the SDK over long polling': async (stage, user, position) => {
    const heard: unknown[] = []
    const body = JSON.stringify({ messages: messagesOf(user, position) })
    const asked = stage.send('/baro/connect?wait=25', { method: 'POST', body })
    const take = ({ body: answer }: Awaited<typeof asked.answer>) => {
      for (const message of answer.messages) note(heard, JSON.stringify(message))
    }
    // The stage may end before it is answered.
    asked.answer.then(take, () => {})
    return heard
  },
  'a plain WebSocket': (stage, user, position) => listen(stage, `/baro/channels/news:1?after=${position}`, user, []),
  'an EventSource': (stage, user, position) =>
    stream(stage, `/baro/channels/news:1?live=sse&after=${position}`, { headers: headersOf(user) }),
}

const settle = async () => {
  for (let round = 0; round < 30; round++) await tick()
}

async function followedBy(follow: Follow, ...users: readonly string[]) {
  const joined: unknown[] = []
  const stage = await serve({}, { access: 'public', joined: ({ user }) => joined.push(user?.id) })
  const [position = ''] = await publishAll(stage.hub, 'news:1', 'before')
  const heard: (readonly unknown[])[] = []
  for (const user of users) heard.push(await follow(stage, user, position))
  await until(() => joined.length === new Set(users).size || joined.length === users.length)
  await settle()
  return { stage, heard }
}

test.each(Object.entries(rungs))('by %s, a signal to one user reaches nobody else', async (_, follow) => {
  const { stage, heard } = await followedBy(follow, 'ada', 'bob')
  await stage.hub.signal(news({ id: 1 }), 'typing', 'for ada', { to: 'ada' })
  await settle()
  expect(heard).toEqual([['for ada'], []])
})

test.each(Object.entries(rungs))('by %s, the newest of a key arrives, and those between do not', async (_, follow) => {
  const { stage, heard } = await followedBy(follow, 'ada')
  const move = (text: string) => stage.hub.signal(news({ id: 1 }), 'typing', text, { key: 'cursor' })
  for (const text of ['first', 'second', 'third', 'last']) await move(text)
  await settle()
  expect(heard[0]).toEqual(['first'])
  // One answer of a long poll has ended with the first.
  if (_ === 'the SDK over long polling') return
  stage.clock.advance(40)
  await settle()
  expect(heard[0]).toEqual(['first', 'last'])
})

test('a client says whom its signal is for, and the handler decides', async () => {
  const hub = createHub({ channels: [news], auth: ({ token }) => (token === undefined ? undefined : { id: token }) })
  hub.on(news, {
    access: 'public',
    signals: { typing: ({ payload, to, signal }) => signal('typing', payload, payload === 'all' ? {} : { to }) },
  })
  const { port, close } = await hub.listen(0, '127.0.0.1')
  atEnd(close)
  atEnd(() => hub.close())
  const [position = ''] = await publishAll(hub, 'news:1', 'before')
  const url = `http://127.0.0.1:${port}/baro/connect`
  const [ada, bob] = ['ada', 'bob'].map((user) => new TextSocket(url, { headers: headersOf(user) }))
  const heard: unknown[][] = [[], []]
  for (const [index, socket] of [ada, bob].entries()) {
    socket?.webSocket.on('message', (data) => note(heard[index] as unknown[], data.toString()))
    socket?.say(...messagesOf(index === 0 ? 'ada' : 'bob', position).map((message) => JSON.stringify(message)))
  }
  await until(() => hub.counters.subscriptions === 2)
  await settle()
  const say = (payload: string) =>
    ada?.say(
      JSON.stringify({ type: 'baro:signal', payload: { channel: 'news:1', type: 'typing', payload, to: 'bob' } }),
    )
  say('for bob')
  say('all')
  await until(() => heard[1]?.length === 2)
  expect(heard).toEqual([['all'], ['for bob', 'all']])
})
