import { describe, expect, it } from 'vitest'
import { createGenerator, type Generator } from '../../test/generator.ts'
import { BaroError } from '../errors.ts'
import { type ClientMessage, clientMessages } from './client-message.ts'
import { decodeClientMessage, decodeServerMessage, encodeMessage } from './codec.ts'
import { type ServerMessage, serverMessages } from './server-message.ts'

type Examples<M extends { type: string }> = { readonly [Type in M['type']]: readonly Extract<M, { type: Type }>[] }

const publication = { type: 'message', payload: { text: '한글 😀' }, offset: 42, id: 'p-42', time: 1_700_000_000_000 }

const fromClient: Examples<ClientMessage> = {
  'baro:connect': [
    { type: 'baro:connect', payload: { protocol: 1, client: 'secret' } },
    { type: 'baro:connect', payload: { protocol: 1, client: 'secret', token: 'a.b.c' } },
  ],
  'baro:refresh': [{ type: 'baro:refresh', payload: { token: 'a.b.c' } }],
  'baro:subscribe': [
    { type: 'baro:subscribe', payload: { channel: 'room:42', attempt: 1, version: '1' } },
    { type: 'baro:subscribe', payload: { channel: 'room:42', attempt: 2, position: '1a.e.41.abcdef', version: '1' } },
  ],
  'baro:unsubscribe': [{ type: 'baro:unsubscribe', payload: { channel: 'room:42' } }],
  'baro:publish': [
    { type: 'baro:publish', payload: { id: 'p1', channel: 'room:42', type: 'message', payload: { text: 'hi' } } },
    { type: 'baro:publish', payload: { id: 'p2', channel: 'room:42', type: 'chat message', payload: null } },
  ],
  'baro:signal': [{ type: 'baro:signal', payload: { channel: 'room:42', type: 'typing', payload: [1, 'x', false] } }],
  'baro:request': [{ type: 'baro:request', payload: { id: 'r1', channel: 'room:42', type: 'older', payload: 41 } }],
  'baro:heartbeat': [
    { type: 'baro:heartbeat', payload: {} },
    { type: 'baro:heartbeat', payload: { probe: true } },
  ],
}

const fromServer: Examples<ServerMessage> = {
  'baro:heartbeat': [{ type: 'baro:heartbeat', payload: {} }],
  'baro:connected': [
    {
      type: 'baro:connected',
      payload: {
        session: 's',
        heartbeatIntervalMs: 25_000,
        maxMessageBytes: 65_536,
        publishWindowMs: 0,
        claimsEpoch: 'c',
      },
    },
  ],
  'baro:refreshed': [
    { type: 'baro:refreshed', payload: {} },
    { type: 'baro:refreshed', payload: { expiresInMs: 300_000 } },
  ],
  'baro:recovered': [
    {
      type: 'baro:recovered',
      payload: {
        channel: 'room:42',
        attempt: 1,
        follows: '1a.e.41.a',
        position: '1a.e.42.p-42',
        publications: [publication],
      },
    },
    {
      type: 'baro:recovered',
      payload: { channel: 'room:42', attempt: 0, follows: 'x', position: 'x', publications: [] },
    },
  ],
  'baro:reset': [
    {
      type: 'baro:reset',
      payload: { channel: 'room:42', attempt: 1, reason: 'epoch', position: '1a.f.0.', snapshot: [] },
    },
    {
      type: 'baro:reset',
      payload: { channel: 'room:42', attempt: 1, reason: 'none', position: '1a.f.0.', snapshot: null },
    },
    { type: 'baro:reset', payload: { channel: 'room:42', attempt: 1, reason: 'none', position: '1a.f.0.' } },
  ],
  'baro:publications': [
    {
      type: 'baro:publications',
      payload: {
        channel: 'room:42',
        follows: '1a.e.41.a',
        position: '1a.e.43.b',
        publications: [publication, { ...publication, offset: 43, by: 'ada' }],
      },
    },
  ],
  'baro:signaled': [
    { type: 'baro:signaled', payload: { channel: 'room:42', type: 'typing', payload: {} } },
    { type: 'baro:signaled', payload: { channel: 'room:42', type: 'typing', payload: {}, by: 'ada' } },
  ],
  'baro:published': [
    { type: 'baro:published', payload: { id: 'p1', channel: 'room:1', position: '1a.e.43.b' } },
    { type: 'baro:published', payload: { id: 'p1', channel: 'room:1' } },
  ],
  'baro:answer': [{ type: 'baro:answer', payload: { id: 'r1', channel: 'room:1', payload: { any: ['thing'] } } }],
  'baro:error': [
    { type: 'baro:error', payload: { code: 'bad-message', message: 'This is not JSON.' } },
    { type: 'baro:error', payload: { code: 'refused', message: 'No.', id: 'p1', channel: 'room:42', attempt: 3 } },
  ],
  'baro:unsubscribed': [
    { type: 'baro:unsubscribed', payload: { channel: 'room:42' } },
    { type: 'baro:unsubscribed', payload: { channel: 'room:42', code: 'refused', message: 'No more.' } },
  ],
  'baro:drain': [{ type: 'baro:drain', payload: { reconnectInMs: 5_000 } }],
}

const sides = [
  { side: 'client', decode: decodeClientMessage, shapes: clientMessages, examples: Object.values(fromClient).flat() },
  { side: 'server', decode: decodeServerMessage, shapes: serverMessages, examples: Object.values(fromServer).flat() },
] as const

describe.each(sides)('a message of the $side', ({ decode, shapes, examples }) => {
  it('comes back from its text, whatever its type', () => {
    for (const message of examples) expect(decode(encodeMessage(message))).toEqual({ ok: true, value: message })
    expect(new Set(examples.map(({ type }) => type))).toEqual(new Set(shapes.keys()))
  })

  it('has no field that may be missing or of another kind, except those that are optional and missing', () => {
    for (const message of examples) {
      const shape = shapes.get(message.type)
      const fields = Object.entries(shape?.fields ?? {}) as [string, { kind: string; optional?: true }][]
      for (const [name, field] of fields) {
        const payload: Record<string, unknown> = { ...message.payload }
        delete payload[name]
        expect(decode(JSON.stringify({ ...message, payload })).ok, `${message.type} without ${name}`).toBe(
          field.optional === true,
        )
        for (const wrong of [null, true, -1, 1.5, 'x', [], {}, [null], [{}]]) {
          const accepts =
            { text: typeof wrong === 'string', whole: false, json: true, true: wrong === true }[field.kind] ??
            (Array.isArray(wrong) && wrong.length === 0)
          const text = JSON.stringify({ ...message, payload: { ...payload, [name]: wrong } })
          expect(decode(text).ok, `${message.type} with ${name} = ${JSON.stringify(wrong)}`).toBe(accepts)
        }
      }
    }
  })

  it('may carry fields that this version does not know', () => {
    for (const message of examples) {
      const grown = { ...message, later: 1, payload: { ...message.payload, later: { x: [1] } } }
      expect(decode(JSON.stringify(grown))).toMatchObject({ ok: true, value: message })
    }
  })

  it.each([
    'null',
    '1',
    '"baro:heartbeat"',
    '[]',
    '[{}]',
    '{}',
    '{"type":1}',
    '{"type":null,"payload":{}}',
    '{"toString":1,"valueOf":1}',
    '[{"toString":1,"valueOf":1}]',
    '{"type":{"toString":1}}',
    '{',
    '',
  ])('is refused if it is no object with a type: %s', (text) => {
    expect(decode(text)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
  })

  it.each(['', '[]', '"x"', 'null', '1'])('is refused if its payload is no object: %s', (payload) => {
    const text = `{"type":"baro:heartbeat"${payload && `,"payload":${payload}`}}`
    expect(decode(text)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
  })

  it.each(['baro:nothing', 'heartbeat', '', '__proto__', 'constructor', 'Baro:Heartbeat', 'baro:heartbeat '])(
    'is refused as unknown with the type %j',
    (type) => {
      expect(decode(JSON.stringify({ type, payload: {} }))).toMatchObject({
        ok: false,
        error: { code: 'unknown-message' },
      })
    },
  )

  it('takes its fields from the payload itself, never from a prototype', () => {
    const text = '{"type":"baro:unsubscribe","payload":{"__proto__":{"channel":"room:42"}}}'
    expect(decode(text).ok).toBe(false)
  })

  it('is whole in its numbers: neither fractions, nor negative ones, nor those that lost digits', () => {
    for (const number of ['1.5', '-1', '1e400', '9007199254740993', '"1"']) {
      const shape = examples.find((message) => 'attempt' in message.payload)
      expect(decode(JSON.stringify(shape).replace(/"attempt":\d+/, `"attempt":${number}`))).toMatchObject({ ok: false })
    }
  })
})

it('a server may not send what a client may, and the other way round', () => {
  expect(decodeServerMessage(encodeMessage(fromClient['baro:publish'][0] as ClientMessage)).ok).toBe(false)
  expect(decodeClientMessage(encodeMessage(fromServer['baro:published'][0] as ServerMessage)).ok).toBe(false)
})

describe('decoding never throws', () => {
  const hostile = [
    'null',
    '{"toString":1,"valueOf":1}',
    '{"toJSON":1}',
    '[[[[]]]]',
    '"\\ud800"',
    '1e999',
    '-0',
    '"\\u0000"',
    '{"__proto__":{}}',
    '{"\\u005f_proto__":1}',
    '{"__\\u0070roto__":1}',
    '{"constructor":{"prototype":{}}}',
    '""',
    '[]',
    '{}',
  ] as const
  const tokens = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '\\',
    '\\u',
    '\u0000',
    '\ud800',
    '한',
    ' ',
    '-',
    '1e5',
    'null',
    ...hostile,
  ] as const

  function mutate(generator: Generator, text: string): string {
    const place = generator.whole(text.length + 1)
    const end = place + generator.whole(12)
    switch (generator.whole(6)) {
      case 0:
        return text.slice(0, place) + text.slice(end)
      case 1:
        return text.slice(0, place) + generator.pick(tokens) + text.slice(place)
      case 2:
        return text.slice(0, place) + generator.pick(tokens) + text.slice(end)
      case 3:
        return text.slice(0, place)
      case 4:
        return text.slice(0, end) + text.slice(place)
      default:
        // One whole value replaces another, so the text stays JSON and reaches the checks after the parser.
        return text.replace(/"[^"]*"(?!:)|\d+|\[[^[\]]*\]|\{\}/g, (value) =>
          generator.whole(8) === 0 ? generator.pick(hostile) : value,
        )
    }
  }

  it.each(sides)(
    'whatever becomes of a message of the $side on its way (25,000 seeded mutations)',
    ({ decode, examples }) => {
      const generator = createGenerator(11)
      const texts = examples.map(encodeMessage) as [string, ...string[]]
      const outcomes: Record<string, number> = {}
      for (let round = 0; round < 25_000; round++) {
        let text = generator.pick(texts)
        for (let times = 1 + generator.whole(3); times > 0; times--) text = mutate(generator, text)
        const result = decode(text)
        const outcome = result.ok ? 'accepted' : result.error.code
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
        if (result.ok) {
          const again = encodeMessage(result.value as ClientMessage | ServerMessage)
          expect(decode(again), text).toMatchObject({ ok: true })
          expect(again).not.toMatch(/"__proto__":/)
        } else {
          expect(result.error).toBeInstanceOf(BaroError)
          expect(result.error.message.length, text).toBeLessThan(250)
        }
      }
      expect(Object.keys(outcomes).sort()).toEqual(['accepted', 'bad-message', 'unknown-message'])
      expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(250)
    },
  )

  it('however deep it is nested', () => {
    for (const decode of [decodeClientMessage, decodeServerMessage]) {
      const deep = '['.repeat(500_000) + ']'.repeat(500_000)
      expect(decode(deep)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
      expect(decode(`{"\\u0070":${deep}}`)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
      expect(decode(`{"type":"baro:heartbeat","payload":${deep}}`)).toMatchObject({ ok: false })
    }
  })
})
