/** I8: no transport hands out a channel to somebody whom its rule refuses. */
import { describe, expect, test } from 'vitest'
import { type HttpStage, publishAll, serve } from '../../../test/http-stage.ts'
import { EventReader, TextSocket } from '../../../test/stream-readers.ts'
import type { AnyHandlers } from '../../channel/handlers.ts'

const path = '/baro/channels/chat:1'
const ada = { authorization: 'Bearer ada' }

/** The secret is there, and only ada may have it. */
async function ruled() {
  const actions: string[] = []
  const stage = await serve(
    {},
    {
      access: ({ action, user }) => {
        actions.push(action)
        return user?.id === 'ada'
      },
    },
  )
  const positions = await publishAll(stage.hub, 'chat:1', 'old', 'secret')
  return { stage, actions, first: positions[0] ?? '' }
}

const questions = (first: string): readonly string[] => [
  '',
  '?view=state',
  '?view=state&wait=0',
  `?after=${first}`,
  `?after=${first}&wait=25`,
  '?after=none',
  '?after=1a.other.1.aaaaaa',
]

describe('a channel whose rule refuses', () => {
  test('tells nothing to a GET, whatever it asks, and lets no cache keep that', async () => {
    const { stage, actions, first } = await ruled()
    for (const query of [...questions(first), '?live=sse', '?live=sse&view=payload']) {
      const answer = await stage.ask(`${path}${query}`)
      expect([query, answer.status, answer.body.error?.code]).toEqual([query, 403, 'refused'])
      expect(answer.text).not.toContain('secret')
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' })
      for (const name of ['etag', 'baro-position']) expect(answer.headers[name]).toBeUndefined()
    }
    expect(new Set(actions)).toEqual(new Set(['read']))
    expect(stage.hub.counters.sessions).toBe(0)
  })

  test('does not answer with 304 either', async () => {
    const { stage, first } = await ruled()
    expect((await stage.ask(path, { headers: { 'if-none-match': `"${first}"` } })).status).toBe(403)
  })

  test('opens no plain WebSocket to whoever is known', async () => {
    const { stage, actions } = await ruled()
    const socket = new TextSocket(stage.url(path), { headers: { authorization: 'Bearer grace' } })
    expect((await socket.closed).code).toBe(1006)
    expect([socket.unread, actions]).toEqual([0, ['read']])
  })

  test('takes no POST', async () => {
    const { stage } = await ruled()
    expect((await stage.ask(path, { method: 'POST', body: '{"type":"message","payload":"a"}' })).status).toBe(403)
    expect(stage.hub.counters.published).toBe(2)
  })

  test('is refused on the link of the SDK', async () => {
    const { stage } = await ruled()
    const messages = [
      { type: 'baro:connect', payload: { protocol: 1, client: 'somebody' } },
      { type: 'baro:subscribe', payload: { channel: 'chat:1', attempt: 1, version: '1' } },
    ]
    const { text, body } = await stage.ask('/baro/connect?wait=25', {
      method: 'POST',
      body: JSON.stringify({ messages }),
    })
    expect(body.messages.at(-1)).toMatchObject({ type: 'baro:error', payload: { code: 'refused' } })
    expect(text).not.toContain('secret')
  })
})

describe('a channel whose rule allows', () => {
  test('answers every GET, and lets no cache keep it', async () => {
    const { stage, first } = await ruled()
    for (const query of questions(first).filter((one) => !one.includes('wait=25'))) {
      const answer = await stage.ask(`${path}${query}`, { headers: ada })
      expect([query, answer.status, answer.headers['cache-control']]).toEqual([query, 200, 'no-store'])
      expect(answer.text).toContain('secret')
    }
  })

  test.each<[string, (stage: HttpStage) => Promise<string>]>([
    [
      'an event stream',
      async ({ url }) => (await (await EventReader.open(url(`${path}?live=sse`), { headers: ada })).next()).data ?? '',
    ],
    ['a plain WebSocket', ({ url }) => new TextSocket(url(path), { headers: ada }).next()],
  ])('opens %s', async (_, read) => {
    const { stage } = await ruled()
    expect(await read(stage)).toContain('secret')
  })
})

test('a plain WebSocket may be allowed to read and not to publish', async () => {
  const stage = await serve({}, { access: ({ action }) => action === 'read' })
  const socket = new TextSocket(stage.url(path))
  await socket.next()
  socket.say('{"type":"message","payload":"a"}')
  expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code: 'refused' } })
  expect(stage.hub.counters.published).toBe(0)
})

describe('I6: one rule is asked the same on every rung', () => {
  const asking = async (isAllowed: boolean) => {
    const actions: string[] = []
    const access: AnyHandlers['access'] = ({ action }) => actions.push(action) > 0 && isAllowed
    const stage = await serve({}, { access })
    const [first = ''] = await publishAll(stage.hub, 'chat:1', 'old', 'secret')
    return { stage, actions, first }
  }
  const rungs: readonly [name: string, read: (stage: HttpStage, first: string) => Promise<string>][] = [
    ['a GET', async ({ ask }) => (await ask(path)).text],
    ['a GET of the state', async ({ ask }) => (await ask(`${path}?view=state`)).text],
    ['a poll', async ({ ask }, first) => (await ask(`${path}?after=${first}`)).text],
    ['a long poll', async ({ ask }, first) => (await ask(`${path}?after=${first}&wait=25`)).text],
    [
      'an event stream',
      async ({ url }, first) => {
        const reader = await EventReader.open(url(`${path}?live=sse&after=${first}`))
        return reader.status === 200 ? ((await reader.next()).data ?? '') : ''
      },
    ],
    [
      'a plain WebSocket',
      async ({ url }, first) => {
        const socket = new TextSocket(url(`${path}?after=${first}`), { headers: ada })
        return Promise.race([socket.next(), socket.closed.then(() => '')])
      },
    ],
    [
      'the SDK by POST',
      async ({ ask }, first) => {
        const payload = { channel: 'chat:1', attempt: 1, version: '1', position: first }
        const messages = [
          { type: 'baro:connect', payload: { protocol: 1, client: 'somebody' } },
          { type: 'baro:subscribe', payload },
        ]
        return (await ask('/baro/connect?wait=25', { method: 'POST', body: JSON.stringify({ messages }) })).text
      },
    ],
    [
      'the SDK by WebSocket',
      async ({ url }, first) => {
        const socket = new TextSocket(url('/baro/connect'))
        socket.say('{"type":"baro:connect","payload":{"protocol":1,"client":"somebody"}}')
        await socket.next()
        const payload = { channel: 'chat:1', attempt: 1, version: '1', position: first }
        socket.say(JSON.stringify({ type: 'baro:subscribe', payload }))
        return socket.next()
      },
    ],
    [
      'a participant',
      ({ hub }, first) =>
        new Promise((resolve) => {
          hub.open().follow({ channel: 'chat:1' }, first, {
            delivered: (delivery) => resolve(JSON.stringify(delivery)),
            reset: () => resolve('reset'),
            failed: ({ code }) => resolve(code),
          })
        }),
    ],
  ]

  test.each(rungs)(
    '%s is let in by a rule that allows "read", and "history" from behind the head',
    async (name, read) => {
      const { stage, actions, first } = await asking(true)
      expect(await read(stage, first)).toContain('secret')
      expect(actions).toEqual(name.startsWith('a GET') ? ['read'] : ['read', 'history'])
    },
  )

  test.each(rungs)('I8: %s is told nothing by one that refuses it', async (_, read) => {
    const { stage, actions, first } = await asking(false)
    expect(await read(stage, first)).not.toContain('secret')
    expect(actions).toEqual(['read'])
  })
})

test('a rule is asked once for each open stream, and not again for its deliveries', async () => {
  const actions: string[] = []
  const stage = await serve({}, { access: ({ action }) => actions.push(action) > 0 })
  const stream = await EventReader.open(stage.url(`${path}?live=sse&after=none`))
  const socket = new TextSocket(stage.url(`${path}?after=none`))
  await stream.next()
  await socket.next()
  await publishAll(stage.hub, 'chat:1', 'a', 'b', 'c')
  for (let index = 0; index < 3; index++) await stream.message()
  expect(actions).toEqual(['read', 'read'])
})
