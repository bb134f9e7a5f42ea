/** I8: attacks × ways in. Each is refused with its documented code, and nothing of the channel is on the wire. */
import { createHmac } from 'node:crypto'
import { channel, type TypesOf } from '@baro/core'
import { type Access, createHub } from '@baro/server'
import { createFakeClock, type FakeClock } from '@baro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CameOf, headerWays, messageWays, type Place, sdkWays, type WayIn } from '../test/ways-in.ts'
import { jwt } from './jwt.ts'

const start = Date.UTC(2026, 0, 1)
const secret = 'a secret of thirty-two bytes, or more of them'
const room = channel('room:{id}', { events: { message: z.string() } })

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function sign(payload: object, { alg = 'HS256', key = secret } = {}): string {
  const signed = `${base64({ alg })}.${base64({ sub: 'ada', room: '1', exp: start / 1_000 + 60, ...payload })}`
  return `${signed}.${createHmac(`sha${alg.slice(2)}`, key)
    .update(signed)
    .digest('base64url')}`
}

/** A second from now, as a token says it. */
const inSeconds = (seconds: number) => start / 1_000 + seconds

type Rule = Exclude<Access<TypesOf<typeof room>>, 'public'>
const ofRoom: Rule = ({ claims, params }) => claims.room === params.id

const never = new Promise<boolean>(() => {})

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Opened extends Place {
  readonly clock: FakeClock
  readonly hub: ReturnType<typeof createHub>
}

/** @param asked Counts the answers of the rule that have not come yet. */
async function open(rule: Rule = ofRoom, asked = { waits: 0 }): Promise<Opened> {
  const fake = createFakeClock({ now: start })
  const soon: FakeClock['soon'] = (run) => {
    const turn = setImmediate(run)
    return () => clearImmediate(turn)
  }
  const clock: FakeClock = Object.create(fake, { soon: { value: soon }, afterwards: { value: soon } })
  const quiet = { info() {}, warn() {}, error() {} }
  const auth = jwt({ algorithms: ['HS256'], secret, clock })
  const hub = createHub({ channels: [room], auth, clock, log: quiet })
  const access: Rule = (context) => {
    const answer = rule(context)
    if (answer === never) asked.waits++
    return answer
  }
  hub.on(room, { access, events: { message: ({ publish }) => publish('message', 'hi') } })
  const { position } = await hub.publish(room({ id: '1' }), 'message', 'old secret')
  await hub.publish(room({ id: '1' }), 'message', 'new secret')
  const { server, close } = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), close)
  return { port: (server.address() as { port: number }).port, channel: 'room:1', position, clock, hub }
}

/** Waits for what comes of it. Time stands still, but for those that wait for it: then ten seconds pass at once. */
async function decided(
  { clock }: Opened,
  coming: Promise<CameOf>,
  waits: () => boolean = () => false,
): Promise<CameOf> {
  let isOver = false
  const over = coming.finally(() => {
    isOver = true
  })
  over.catch(() => {})
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(waits() ? 10_000 : 0)
  }
  return over
}

const allWays: Readonly<Record<string, WayIn>> = { ...sdkWays, ...headerWays, ...messageWays }
const ways = Object.entries(allWays)

describe.each(ways)('by %s', (name, comeIn) => {
  const isPlainMessage = name in messageWays

  test.each<[string, string | undefined, string, Rule?]>([
    ['no token', undefined, isPlainMessage || name.startsWith('a plain') ? 'unauthenticated' : 'refused'],
    ['garbage', 'garbage', 'unauthenticated'],
    ['10 kB', sign({ more: 'x'.repeat(7_400) }), 'unauthenticated'],
    ['a token signed by nobody', `${base64({ alg: 'none' })}.${base64({ sub: 'ada', room: '1' })}.`, 'unauthenticated'],
    ['an algorithm that is not listed', sign({}, { alg: 'HS512' }), 'unauthenticated'],
    ['a foreign key', sign({}, { key: 'another secret of thirty-two bytes' }), 'unauthenticated'],
    [
      'a user that was replaced',
      sign({ sub: 'eve' }).replace(/\.[^.]*\./, `.${base64({ sub: 'ada' })}.`),
      'unauthenticated',
    ],
    ['a token that has expired', sign({ exp: inSeconds(-6) }), 'expired'],
    ['a token of the future', sign({ nbf: inSeconds(6) }), 'unauthenticated'],
    ['a token that never expires', sign({ exp: undefined }), 'unauthenticated'],
    ['a token in milliseconds', sign({ exp: start + 60_000 }), 'unauthenticated'],
    ['a token for another channel', sign({ room: '2' }), 'refused'],
    [
      'a rule that throws',
      sign({}),
      'handler-failed',
      () => {
        throw new Error('a fault of the rule: new secret')
      },
    ],
    ['a rule that rejects', sign({}), 'handler-failed', () => Promise.reject(new Error('new secret'))],
    ['a rule that answers with a text', sign({}), 'refused', (() => 'true') as never],
    ['a rule that never answers', sign({}), 'unavailable', () => never],
  ])('%s is refused', async (_, token, code, rule) => {
    const asked = { waits: 0 }
    const place = await open(rule ?? ofRoom, asked)
    const waitsForToken = () => token === undefined && name.startsWith('a plain') && place.hub.counters.sessions > 0
    const waitsForRule = () => asked.waits > 0 && asked.waits-- > 0
    const came = await decided(place, comeIn(place, token), () => waitsForToken() || waitsForRule())
    expect(came.code).toBe(code)
    expect(came.wire).not.toMatch(/secret|"hi"/)
    for (const piece of token?.split('.') ?? []) if (piece.length > 10) expect(came.wire).not.toContain(piece)
    expect(place.hub.counters.published).toBe(2)
  })

  test('a good token is let in, so that the table says something', async () => {
    const place = await open()
    const came = await decided(place, comeIn(place, sign({})))
    expect(came.wire).toMatch(name === 'a POST' ? /"position"/ : /secret/)
  })
})

describe('a token of 100 kB', () => {
  const token = 'x'.repeat(100_000)

  const by = async (name: string) => {
    const place = await open()
    return decided(place, (allWays[name] as WayIn)(place, token))
  }

  test.each<[string, string]>([
    ['the SDK over WebSocket', '1009'],
    ['the SDK over SSE', 'too-large'],
    ['the SDK over long polling', 'too-large'],
    ['the SDK over polling', 'too-large'],
    ['a plain WebSocket with a message', '1009'],
  ])('by %s is %s', async (name, code) => {
    expect(await by(name)).toMatchObject({ code })
  })

  // Node answers before the hub sees it, and reads no more: the answer may be lost in the reset behind it (Node 24.21).
  test.each(['a GET', 'an EventSource', 'a POST'])('by %s is 431, or its connection is reset', async (name) => {
    expect(['431', 'ECONNRESET']).toContain((await by(name)).code)
  })
})
