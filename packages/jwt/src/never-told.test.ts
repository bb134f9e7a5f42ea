/** Secrets and tokens never reach a log, an URL or the text of an error: each way in, with tokens that can be recognised. */
import { createHmac } from 'node:crypto'
import { BaroError, channel } from '@baro/core'
import { type Auth, createHub } from '@baro/server'
import { createFakeClock, type FakeClock } from '@baro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ask, headerWays, messageWays, sdkWays, type WayIn } from '../test/ways-in.ts'
import { jwt } from './jwt.ts'

const start = Date.UTC(2026, 0, 1)
const secret = 'SECRETOFTHEISSUER-of-thirty-two-bytes'
const room = channel('room:{id}', { events: { message: z.string() } })
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Its parts, and what they say, can be recognised. */
function sign(payload: object, key = secret): string {
  const text = `${base64({ alg: 'HS256' })}.${base64({ sub: 'ada', mark: 'RECOGNISABLE', exp: start / 1_000 + 60, ...payload })}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function open(auth: Auth | undefined, clock: FakeClock) {
  const logged: string[] = []
  const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log = { info: note, warn: note, error: note }
  const hub = createHub({ channels: [room], auth: auth ?? jwt({ algorithms: ['HS256'], secret, clock }), clock, log })
  hub.on(room, {
    access: ({ user }) => user !== undefined,
    events: { message: ({ publish }) => publish('message', 'hi') },
  })
  const { position } = await hub.publish(room({ id: '1' }), 'message', 'a secret')
  await hub.publish(room({ id: '1' }), 'message', 'another secret')
  const { server, close } = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), close)
  return { logged, hub, place: { port: (server.address() as { port: number }).port, channel: 'room:1', position } }
}

function newClock(): FakeClock {
  const fake = createFakeClock({ now: start })
  const soon: FakeClock['soon'] = (run) => {
    const turn = setImmediate(run)
    return () => clearImmediate(turn)
  }
  return Object.create(fake, { soon: { value: soon }, afterwards: { value: soon } })
}

/** What comes of it, while no time passes. */
async function decided<T>(clock: FakeClock, coming: Promise<T>): Promise<T> {
  let isOver = false
  coming.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(0)
  }
  return coming
}

/** Whatever a token or a secret may be found by. */
function piecesOf(token: string): readonly string[] {
  return [secret, 'RECOGNISABLE', ...token.split('.').filter((piece) => piece.length > 10)]
}

const allWays: Readonly<Record<string, WayIn>> = { ...sdkWays, ...headerWays, ...messageWays }
const tokens: Readonly<Record<string, string>> = {
  'that is good': sign({}),
  'that has expired': sign({ exp: start / 1_000 - 60 }),
  'of a foreign key': sign({}, 'another secret of thirty-two bytes'),
  'that is garbage': 'RECOGNISABLE-garbage-without-any-form',
  'with a header that is not taken': `${base64({ alg: 'HS256', jku: 'https://RECOGNISABLE.example' })}.${base64({})}.RECOGNISABLE`,
}

describe.each(Object.keys(allWays))('by %s', (name) => {
  test.each(Object.keys(tokens))('a token %s is told nobody', async (which) => {
    const token = tokens[which] ?? ''
    const clock = newClock()
    const { logged, place } = await open(undefined, clock)
    const comeIn = allWays[name] as WayIn
    const { wire } = await decided(clock, comeIn(place, token))
    for (const piece of piecesOf(token)) expect(`${wire} ${logged.join('\n')}`).not.toContain(piece)
  })

  test('a token that the auth of the application does not take is told nobody, whatever it throws', async () => {
    const token = tokens['that is good'] ?? ''
    const auth: Auth = ({ token: given }) => {
      if (given !== undefined) throw new TypeError(`no such session: ${given}`)
      return undefined
    }
    const clock = newClock()
    const { logged, place } = await open(auth, clock)
    const comeIn = allWays[name] as WayIn
    const { wire, code } = await decided(clock, comeIn(place, token))
    expect(code).toBe('unauthenticated')
    for (const piece of piecesOf(token)) expect(`${wire} ${logged.join('\n')}`).not.toContain(piece)
  })
})

describe('what cannot be read, with a token in it', () => {
  const token = 'RECOGNISABLE-token-in-what-cannot-be-read'
  const broken: Readonly<Record<string, string>> = {
    'a body that ends too soon': `{"messages":[{"type":"baro:connect","payload":{"token":"${token}"`,
    'a body that is a message': `{"type":"baro:connect","payload":{"protocol":1,"client":"a","token":"${token}"}}`,
    'a message of another shape': `{"messages":[{"type":"baro:connect","payload":{"protocol":1,"client":"a","token":["${token}"]}}]}`,
    'a message without a type': `{"messages":[{"payload":{"token":"${token}"}}]}`,
    'a token as a type': `{"messages":[{"type":"${token}"}]}`,
  }

  test.each(Object.keys(broken).filter((name) => name !== 'a token as a type'))('%s, is not repeated', async (name) => {
    const { logged, place } = await open(undefined, newClock())
    const { wire } = await ask(place, '/baro/connect?wait=0', undefined, broken[name])
    expect(`${wire} ${logged.join('\n')}`).not.toContain('RECOGNISABLE')
  })

  test.each([`{"type":"AUTH","token":"${token}"`, `{"type":"AUTH","token":{"of":"${token}"}}`])(
    'a first message %s is not repeated',
    async (text) => {
      const { logged, hub } = await open(undefined, newClock())
      const written: string[] = []
      const framing = { name: 'test', frame: (frame: string) => Buffer.from(frame) }
      const write = (pieces: readonly Uint8Array[]) => void written.push(Buffer.concat(pieces).toString())
      const link = hub.connect(
        { framing, waitingBytes: 0, write, close: () => {} },
        { headers: {}, url: '/baro/connect' },
      )
      link.receive(text)
      for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
      expect(`${written} ${logged.join('\n')}`).not.toContain('RECOGNISABLE')
    },
  )

  test('a token in a query counts for nothing, and is not repeated', async () => {
    const { logged, place } = await open(undefined, newClock())
    for (const path of [
      `/baro/channels/room:1?token=${token}`,
      `/baro/channels/room:1?access_token=${token}&live=sse`,
    ]) {
      const { wire, code } = await ask(place, path, undefined)
      expect(code).toBe('refused')
      expect(`${wire} ${logged.join('\n')}`).not.toContain('RECOGNISABLE')
    }
  })
})

test('options that make no sense do not show the secret', () => {
  const wrong = [
    () => jwt({ algorithms: ['RS256'], secret }),
    () => jwt({ algorithms: ['HS256'], secret: 'RECOGNISABLE' }),
    () => jwt({ algorithms: ['HS256'], secret, publicKey: 'RECOGNISABLE' } as never),
    () => jwt({ algorithms: ['HS256'], secret: { RECOGNISABLE: secret } } as never),
  ]
  for (const make of wrong) {
    let thrown: unknown
    try {
      make()
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(BaroError)
    expect(String(thrown)).not.toContain('RECOGNISABLE')
    expect(String(thrown)).not.toContain(secret)
  }
})
