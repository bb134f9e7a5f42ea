/** I8: a channel with a rule is handed to nobody whom the rule refuses, whichever way they ask. */
import { describe, expect, test } from 'vitest'
import { type HttpStage, publishAll, serve } from '../../../test/http-stage.ts'
import { RawClient } from '../../../test/network-client.ts'
import { EventReader, TextSocket } from '../../../test/stream-readers.ts'

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

  test('is not even confirmed by a 304', async () => {
    const { stage, first } = await ruled()
    expect((await stage.ask(path, { headers: { 'if-none-match': `"${first}"` } })).status).toBe(403)
  })

  test('opens no plain WebSocket', async () => {
    const { stage, actions } = await ruled()
    const { raw, status } = await RawClient.upgrade(stage.listening.port, path)
    expect(status).toContain(' 403 ')
    expect((await raw.ended).toString()).not.toContain('secret')
    expect(actions).toEqual(['read'])
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
