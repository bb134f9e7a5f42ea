/** How many connections somebody may have open at once, whatever they are (I7). */
import { describe, expect, test } from 'vitest'
import { type HttpStage, publishAll, serve, tick, until } from '../../../test/http-stage.ts'
import { EventReader, TextSocket } from '../../../test/stream-readers.ts'

/** Opens as many as a test likes: what they cost is another matter. */
const free = { timesPerAddress: Number.POSITIVE_INFINITY, timesPerUser: Number.POSITIVE_INFINITY }

/** Who comes: from an address, perhaps as a user. */
interface Who {
  readonly address: string
  readonly user?: string
}

/** What came of it: the code of its refusal, and when to come back; or that it is open, until it is closed. */
type Came = { readonly code: string; readonly retryAfterMs: number; readonly close?: number } | { shut(): void }

type Rung = (stage: HttpStage, who: Who, position: string) => Promise<Came>

const headersOf = ({ address, user }: Who) => ({
  'x-forwarded-for': address,
  ...(user !== undefined && { authorization: `Bearer ${user}` }),
})

const connect = { type: 'baro:connect', payload: { protocol: 1, client: 'somebody' } }

interface Said {
  readonly type: string
  readonly payload: { readonly code?: string; readonly retryAfterMs?: number; readonly reconnectInMs?: number }
}

/** Of an SDK: an error, then when to come back. */
const refusalOf = (error: Said, drain: Said): Came => ({
  code: String(error.payload.code),
  retryAfterMs: drain.payload.reconnectInMs ?? 0,
})

/** Requests that are held for 25 seconds. */
const held = ({ waits }: HttpStage) => waits.filter((ms) => ms === 25_000).length

async function hold(stage: HttpStage, path: string, asked: Parameters<HttpStage['send']>[1]): Promise<Came> {
  const before = held(stage)
  const sent = stage.send(path, asked)
  const isHeldBack = () => stage.waits.some((ms) => ms >= 1_000 && ms <= 2_000)
  await until(() => sent.isAnswered || held(stage) > before || isHeldBack())
  if (held(stage) > before && !sent.isAnswered) return { shut: () => sent.abort() }
  if (isHeldBack()) stage.clock.advance(2_000)
  const { body, headers } = await sent.answer
  if (!body.error) return refusalOf(...(body.messages as unknown as [Said, Said]))
  expect(headers['retry-after']).toBe('5')
  return body.error as never
}

async function listen(stage: HttpStage, path: string, who: Who, ...first: readonly object[]): Promise<Came> {
  const socket = new TextSocket(stage.url(path), { headers: headersOf(who) })
  for (const message of first) socket.webSocket.on('open', () => socket.webSocket.send(JSON.stringify(message)))
  const next = async (): Promise<Said> => JSON.parse(await socket.next())
  const said = await next()
  if (said.payload?.code === undefined) return { shut: () => socket.webSocket.close() }
  const { retryAfterMs = (await next()).payload.reconnectInMs ?? 0, code } = said.payload
  return { code, retryAfterMs, close: (await socket.closed).code }
}

async function stream(stage: HttpStage, path: string, asked: Parameters<typeof EventReader.open>[1]): Promise<Came> {
  const reader = await EventReader.open(stage.url(path), asked)
  let retry: number | undefined
  const next = async (): Promise<Said> => {
    const { data, retry: told } = await reader.next()
    retry ??= told
    return data === undefined ? next() : (JSON.parse(data) as Said)
  }
  const said = await next()
  if (said.payload?.code === undefined) return { shut: () => reader.abort() }
  if (said.payload.retryAfterMs === undefined) return refusalOf(said, await next())
  await reader.ended
  // What an EventSource waits for by itself.
  expect(retry).toBe(said.payload.retryAfterMs)
  return { code: said.payload.code, retryAfterMs: said.payload.retryAfterMs }
}

const body = JSON.stringify({ messages: [connect] })
const rungs: Readonly<Record<string, Rung>> = {
  'the SDK over WebSocket': (stage, who) => listen(stage, '/baro/connect', who, connect),
  'the SDK over SSE': (stage, who) => stream(stage, '/baro/connect', { method: 'POST', body, headers: headersOf(who) }),
  'the SDK over long polling': (stage, who) =>
    hold(stage, '/baro/connect?wait=25', { method: 'POST', body, headers: headersOf(who) }),
  'a plain WebSocket': (stage, who) => listen(stage, '/baro/channels/chat:1', who),
  'an EventSource': (stage, who) => stream(stage, '/baro/channels/chat:1?live=sse', { headers: headersOf(who) }),
  'a long poll': (stage, who, position) =>
    hold(stage, `/baro/channels/chat:1?after=${position}&wait=25`, { headers: headersOf(who) }),
  'a long poll of the state': (stage, who, position) =>
    hold(stage, `/baro/channels/chat:1?view=state&after=${position}&wait=25`, { headers: headersOf(who) }),
}

async function stageOf(limits: Parameters<typeof serve>[0] & object) {
  const stage = await serve({ trustProxy: 1, limits: { ...free, ...limits } as never })
  const [position = ''] = await publishAll(stage.hub, 'chat:1', 'there')
  return { stage, position }
}

const refusal = { code: 'rate-limited', retryAfterMs: 5_000 }

describe.each(Object.entries(rungs))('I7: %s', (_, open) => {
  test.each<[string, Record<string, number>, (index: number) => Who, Who]>([
    ['an address', { maxConnectionsPerAddress: 3 }, () => ({ address: '10.0.0.1' }), { address: '10.0.0.2' }],
    [
      'an address of IPv6, which is 64 bits',
      { maxConnectionsPerAddress: 3 },
      (index) => ({ address: `2001:db8::${index + 1}` }),
      { address: '2001:db8:0:1::1' },
    ],
    [
      'a user, from any address',
      { maxConnectionsPerUser: 3, maxConnectionsPerAddress: 1 },
      (index) => ({ address: `10.0.0.${index}`, user: 'ada' }),
      { address: '10.0.0.1', user: 'bob' },
    ],
  ])('of %s is turned away above the bound, with when to come back; others are not', async (_, limits, who, other) => {
    const { stage, position } = await stageOf(limits as never)
    const came: Came[] = []
    for (let index = 0; index < 5; index++) came.push(await open(stage, who(index), position))
    expect(came.slice(0, 3).filter((one) => 'code' in one)).toEqual([])
    expect(came.slice(3)).toMatchObject([refusal, refusal])
    expect(stage.hub.counters.turnedAway).toBe(2)
    expect(await open(stage, other, position)).not.toHaveProperty('code')

    const [first] = came
    const before = { sessions: stage.hub.counters.sessions, held: held(stage) }
    if (first && 'shut' in first) first.shut()
    await until(() => stage.hub.counters.sessions < before.sessions || held(stage) < before.held)
    expect(await open(stage, who(5), position)).not.toHaveProperty('code')
  })
})

test('I7: a WebSocket that is turned away is told so, and closed with a code to come back by', async () => {
  const { stage, position } = await stageOf({ maxConnectionsPerAddress: 1 } as never)
  for (const open of [rungs['the SDK over WebSocket'], rungs['a plain WebSocket']]) {
    const first = await rungs['a plain WebSocket']?.(stage, { address: '10.0.0.1' }, position)
    expect(await open?.(stage, { address: '10.0.0.1' }, position)).toEqual({ ...refusal, close: 4004 })
    const { sessions } = stage.hub.counters
    if (first && 'shut' in first) first.shut()
    await until(() => stage.hub.counters.sessions < sessions)
  }
})

test('I7: a plain WebSocket that says who it is counts for its user from then on', async () => {
  const stage = await serve(
    { trustProxy: 1, limits: { ...free, maxConnectionsPerUser: 1, maxConnectionsPerAddress: 1 } },
    { access: ({ user }) => user !== undefined },
  )
  const signIn = async (user: string) => {
    const socket = new TextSocket(stage.url('/baro/channels/chat:1'), { headers: headersOf({ address: '10.0.0.1' }) })
    socket.webSocket.on('open', () => socket.webSocket.send(JSON.stringify({ type: 'AUTH', token: user })))
    return { socket, said: JSON.parse(await socket.next()) as Said }
  }
  const [ada, bob, again] = [await signIn('ada'), await signIn('bob'), await signIn('ada')]
  expect([ada, bob].map(({ said }) => said.type)).toEqual(['baro:authenticated', 'baro:authenticated'])
  expect(again.said.payload).toMatchObject(refusal)
  expect((await again.socket.closed).code).toBe(4004)
})

test('I7: of all rungs together, 100 of one address are let in, and no more', async () => {
  const { stage, position } = await stageOf({ maxConnectionsPerAddress: 100 } as never)
  const kinds = Object.values(rungs)
  let letIn = 0
  for (let index = 0; index < 130; index++) {
    const open = kinds[index % kinds.length] as Rung
    const came = await open(stage, { address: '10.0.0.1' }, position)
    if (!('code' in came)) letIn++
  }
  expect([letIn, stage.hub.counters.turnedAway]).toEqual([100, 30])
  expect(stage.log.warnings.filter((line) => line.includes('maxConnectionsPerAddress: Infinity'))).toHaveLength(1)
})

test('I7: of 200 POSTs in a second, at a limit of 5 in a second, 10 are let in', async () => {
  const limits = { messagesPerSecond: 30, timesPerAddress: 1, bytesPerSecond: 1e9 }
  const stage = await serve({ limits })
  const body = JSON.stringify({ type: 'message', payload: 'hello' })
  const sent = Array.from({ length: 200 }, () => stage.send('/baro/channels/chat:1', { method: 'POST', body }))
  const heldBack = () => stage.waits.filter((ms) => ms >= 1_000 && ms <= 2_000).length
  await until(() => sent.filter(({ isAnswered }) => isAnswered).length + heldBack() === 200)
  stage.clock.advance(2_000)
  const answers = await Promise.all(sent.map(({ answer }) => answer))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(190)
  expect(stage.hub.counters.published).toBe(10)
  await tick()
})
