/** Messages that cannot be taken, on each way in: each is answered, with its names, and keeps nobody else waiting. */
import { describe, expect, test } from 'vitest'
import { FakeClient } from '../../test/fake-client.ts'
import { type HttpStage, serve, until } from '../../test/http-stage.ts'
import { EventReader, type StreamMessage, TextSocket } from '../../test/stream-readers.ts'

interface Message {
  readonly type: string
  readonly payload: Record<string, unknown>
}

/** The messages of a client as JSON, good or bad, in; what the hub says, out. */
type Way = (stage: HttpStage, texts: readonly string[]) => Promise<readonly Message[]>

const connecting = '{"type":"baro:connect","payload":{"protocol":1,"client":"a-secret-of-mine"}}'
const subscribing = '{"type":"baro:subscribe","payload":{"channel":"chat:1","attempt":1,"version":"1"}}'
const publishing = '{"type":"baro:publish","payload":{"id":"good","channel":"chat:2","type":"message","payload":"ho"}}'

/** All that is answered has been, once as many messages have come as were sent: the good ones have one answer each. */
const isDone = (messages: readonly Message[], sent: number) => messages.length >= sent

const postOf = (texts: readonly string[]) => ({ method: 'POST', body: `{"messages":[${texts.join(',')}]}` })

const ways: readonly (readonly [string, Way])[] = [
  [
    'a WebSocket',
    async ({ hub, clock }, texts) => {
      const client = new FakeClient(hub, clock)
      const messages: Message[] = []
      for (const text of texts) {
        client.link.receive(text)
        // A publish waits for the greeting.
        if (text === connecting) await until(() => client.socket.writes.length > 0)
      }
      await until(() => {
        messages.push(...(client.socket.take() as unknown as Message[]))
        return isDone(messages, texts.length)
      })
      return messages
    },
  ],
  [
    'an event stream',
    async (stage, texts) => {
      const reader = await EventReader.open(stage.url('/baro/connect'), postOf(texts))
      const messages: Message[] = []
      while (!isDone(messages, texts.length)) messages.push((await reader.message()) as unknown as Message)
      return messages
    },
  ],
  ['a long poll', async ({ ask }, texts) => (await ask('/baro/connect?wait=25', postOf(texts))).body.messages],
]

const publishOf = (payload: string, id = '"a"') =>
  `{"type":"baro:publish","payload":{"id":${id},"channel":"chat:1","type":"message","payload":${payload}}}`

const named = { id: 'a', channel: 'chat:1' }
const long = 'x'.repeat(10_000)

/** What it is, its JSON, the names in the error, and the code if it is not `bad-message`. */
type Bad = [what: string, text: string, names: object, code?: string]

/** A WebSocket closes for it. */
const tooLong: Bad = ['is too long', publishOf(`"${'x'.repeat(70_000)}"`), named, 'too-large']

const bad: readonly Bad[] = [
  ['nests too deep', publishOf(`${'['.repeat(500)}${']'.repeat(500)}`), named],
  ['nests deeper than any stack', publishOf(`${'['.repeat(30_000)}${']'.repeat(30_000)}`), named],
  ['has a key "__proto__"', publishOf('{"__proto__":{"a":1}}'), named],
  ['has an escaped key "__proto__"', publishOf('{"\\u005f_proto__":1}'), named],
  ['has bytes with another key behind', publishOf('{"baro:bytes":"AQ==","b":1}'), named],
  ['has bytes with another key before', publishOf('[{"b":1,"baro\\u003abytes":"AQ=="}]'), named],
  ['has bytes that are none', publishOf('{"baro:bytes":{"baro:bytes":"AQ=="}}'), named],
  ['is of an unknown type', '{"type":"baro:dance","payload":{"id":"a","channel":"chat:1"}}', named, 'unknown-message'],
  ['is of a type that objects have', '{"type":"constructor","payload":{"id":"a"}}', { id: 'a' }, 'unknown-message'],
  ['has no type', '{"payload":{"id":"a","channel":"chat:1"}}', named],
  ['has a number for a type', '{"type":5,"payload":{"id":"a","channel":"chat:1"}}', named],
  ['has its fields beside the type', '{"type":"baro:publish","id":"a","channel":"chat:1"}', named],
  ['has a list for a payload', '{"type":"baro:publish","payload":["a"]}', {}],
  ['is a message in a message', `{"type":"baro:publish","payload":${publishOf('1')}}`, {}],
  ['is a body in a body', `{"messages":[${publishOf('1')}]}`, {}],
  ['is a list', `[${publishOf('1')}]`, {}],
  ['is a number', '7', {}],
  ['is null', 'null', {}],
  ['is a text', '"a"', {}],
  ['has a number for an id', publishOf('"x"', '7'), { id: '7', channel: 'chat:1' }],
  ['has a fraction for an id', publishOf('"x"', '7.5'), { channel: 'chat:1' }],
  ['has null for an id', publishOf('"x"', 'null'), { channel: 'chat:1' }],
  ['has an object for an id', publishOf('"x"', '{"id":"a"}'), { channel: 'chat:1' }],
  ['has no channel', '{"type":"baro:request","payload":{"id":"a","type":"b","payload":1}}', { id: 'a' }],
  ['has a list for a channel', '{"type":"baro:signal","payload":{"channel":["chat:1"],"type":"b","payload":1}}', {}],
  ['has two ids', publishOf('{"__proto__":1}', '"b","id":"a"'), named],
  ['has an id of 10,000 characters', publishOf('{"__proto__":1}', `"${long}"`), { id: long, channel: 'chat:1' }],
  ['has half a character for an id', publishOf('{"__proto__":1}', '"\\ud800"'), { id: '\ud800', channel: 'chat:1' }],
  ['has an empty id', publishOf('{"__proto__":1}', '""'), { id: '', channel: 'chat:1' }],
  [
    'is a subscribe with a number for a version',
    '{"type":"baro:subscribe","payload":{"channel":"chat:3","attempt":4,"version":1}}',
    { channel: 'chat:3', attempt: 4 },
  ],
  [
    'is a subscribe with a text for an attempt',
    '{"type":"baro:subscribe","payload":{"channel":"chat:3","attempt":"4","version":"1"}}',
    { channel: 'chat:3' },
  ],
  [
    'is a publish with an attempt, which would end a subscription',
    '{"type":"baro:publish","payload":{"id":"a","channel":"chat:1","attempt":1}}',
    named,
  ],
]

describe.each(ways)('over %s a message that', (way, say) => {
  test.each(way === 'a WebSocket' ? bad : [tooLong, ...bad])(
    '%s is answered with its names, and the others are carried out',
    async (_what, text, names, code) => {
      const stage = await serve()
      const messages = await say(stage, [connecting, text, subscribing, publishing])
      const errors = messages.filter(({ type }) => type === 'baro:error').map(({ payload }) => payload)
      expect(errors).toEqual([{ code: code ?? 'bad-message', message: expect.any(String), ...names }])
      expect(new Set(messages.map(({ type }) => type))).toEqual(
        new Set(['baro:connected', 'baro:error', 'baro:reset', 'baro:published']),
      )
      expect(stage.hub.counters).toMatchObject({ published: 1, rejected: 1 })
    },
  )

  test('is the connect itself keeps nobody waiting', async () => {
    const stage = await serve()
    const connect = '{"type":"baro:connect","payload":{"protocol":1,"client":5}}'
    const messages = await say(stage, [connect, subscribing, publishing])
    expect(messages.map(({ type, payload: { code, id, attempt } }) => [type, code, id ?? attempt])).toEqual([
      ['baro:error', 'bad-message', undefined],
      ['baro:error', 'bad-message', 1],
      ['baro:error', 'bad-message', 'good'],
    ])
  })

  test('comes in any number beside others hides no greeting', async () => {
    const stage = await serve()
    const messages = await say(stage, [connecting, '1', '2', '[]', publishing])
    expect(messages.filter(({ type }) => type === 'baro:error')).toHaveLength(3)
    expect(messages.map(({ type }) => type)).toEqual(expect.arrayContaining(['baro:connected', 'baro:published']))
  })
})

describe('a binary message that cannot be taken', () => {
  const header = publishOf('1', '"a"').replace('"type":"message"', '"type":5')
  test.each<[string, Uint8Array, object]>([
    ['whose header has no end', Buffer.from(header), named],
    ['with a wrong shape', Buffer.from(`${header}\nbytes`), named],
    [
      'whose header is not UTF-8',
      Buffer.concat([Buffer.from(header.replace('1}}', '"')), Buffer.from([0xff]), Buffer.from('"}}\n')]),
      named,
    ],
    ['with a range beside another key', Buffer.from(`${publishOf('{"baro:bytes":[0,1],"b":1}')}\nx`), named],
    ['with base64 in its header', Buffer.from(`${publishOf('{"baro:bytes":"eA=="}')}\nx`), named],
    ['whose header is no JSON', Buffer.from('{"type":"baro:publish","payload":{"id":"a"\n'), {}],
    ['that is empty', Buffer.alloc(0), {}],
  ])('%s is answered with its names, if the header has them', async (_, frame, names) => {
    const { hub, clock } = await serve()
    const client = new FakeClient(hub, clock)
    client.link.receive(connecting)
    await until(() => client.socket.take().length > 0)
    client.link.receive(frame)
    const messages: unknown[] = []
    await until(() => messages.push(...client.socket.take()) > 0)
    expect(messages).toEqual([
      { type: 'baro:error', payload: { code: 'bad-message', message: expect.any(String), ...names } },
    ])
  })
})

describe('over a plain WebSocket a message that', () => {
  const plain = (payload: string, id = '"a"') => `{"id":${id},"type":"message","payload":${payload}}`
  test.each<[string, string, object]>([
    ['nests too deep', plain(`${'['.repeat(500)}${']'.repeat(500)}`), { id: 'a' }],
    ['has a key "__proto__"', plain('{"__proto__":1}'), { id: 'a' }],
    ['has bytes beside another key', plain('{"b":1,"baro:bytes":"AQ=="}'), { id: 'a' }],
    ['has no type', '{"id":"a","payload":"x"}', { id: 'a' }],
    ['has no payload', '{"id":"a","type":"message"}', { id: 'a' }],
    ['has a number for an id', plain('"x"', '7'), { id: '7' }],
    ['has null for an id', plain('"x"', 'null'), {}],
    ['has a list for an id', plain('"x"', '["a"]'), {}],
    ['has two ids', plain('{"__proto__":1}', '"b","id":"a"'), { id: 'a' }],
    ['has half a character for an id', plain('{"__proto__":1}', '"\\ud800"'), { id: '\ud800' }],
  ])('%s is answered with its id, and the next is published', async (_, text, names) => {
    const { url } = await serve()
    const socket = new TextSocket(url('/baro/channels/news:1'))
    await socket.next()
    socket.say(text)
    expect(await socket.message()).toEqual({
      type: 'baro:error',
      payload: { code: 'bad-message', message: expect.any(String), ...names },
    })
    socket.say(plain('"good"', '"good"'))
    const answers: StreamMessage[] = [await socket.message(), await socket.message()]
    expect(answers.map(({ type }) => type).sort()).toEqual(['baro:published', 'message'])
  })
})

describe('a POST to a channel', () => {
  test.each([
    ['nests too deep', `{"type":"message","payload":${'['.repeat(500)}${']'.repeat(500)}}`],
    ['has a key "__proto__"', '{"type":"message","payload":{"__proto__":1}}'],
    ['has bytes beside another key', '{"type":"message","payload":[{"baro:bytes":"AQ==","b":1}]}'],
    ['has a number for an id', '{"type":"message","payload":"x","id":7}'],
    ['has null for an id', '{"type":"message","payload":"x","id":null}'],
    ['is a list', '[{"type":"message","payload":"x"}]'],
    ['is null', 'null'],
    ['is a number', '7'],
  ])('that %s is 400 at once', async (_, body) => {
    const { ask, hub } = await serve()
    const answer = await ask('/baro/channels/news:1', { method: 'POST', body })
    expect([answer.status, answer.body.error?.code]).toEqual([400, 'bad-message'])
    expect(hub.counters).toMatchObject({ published: 0, rejected: 1 })
  })
})
