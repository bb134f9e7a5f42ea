import { Agent } from 'node:http'
import { formatPosition, parsePosition } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { atEnd, type HttpStage, publishAll, serve, until } from '../../../test/http-stage.ts'
import { RawClient } from '../../../test/network-client.ts'

/** A request that is held at the head of a channel. */
async function hold(stage: HttpStage, { seconds = 25, query = '' } = {}) {
  const [position = ''] = await publishAll(stage.hub, 'chat:1', 'before')
  const pending = stage.send(`/baro/channels/chat:1?after=${position}&wait=${seconds}${query}`)
  await until(() => stage.waits.includes(Math.min(seconds, 30) * 1_000))
  return { pending, position }
}

/** Waits until no request is held, and then until the unused channel is closed. */
async function rest({ broker, clock, waits }: HttpStage) {
  await until(() => !waits.includes(25_000))
  await until(() => {
    clock.advance(1_000)
    return broker.followers.size === 0
  })
}

describe('a long poll', () => {
  test('that has something to answer with is not held', async () => {
    const { ask, hub } = await serve()
    const [first, second] = await publishAll(hub, 'chat:1', 'a', 'b')
    expect((await ask(`/baro/channels/chat:1?after=${first}&wait=25`)).body).toMatchObject({
      publications: [{ payload: 'b' }],
      position: second,
    })
  })

  test('at the head is held until there is something', async () => {
    const stage = await serve()
    const { pending } = await hold(stage)
    stage.clock.advance(24_999)
    await stage.ask('/baro/health')
    expect(pending.isAnswered).toBe(false)
    const [position] = await publishAll(stage.hub, 'chat:1', 'a')
    expect((await pending.answer).body).toMatchObject({ publications: [{ payload: 'a' }], position })
  })

  test('is answered with nothing when the wait is over, and stands where it stood', async () => {
    const stage = await serve()
    const { pending, position } = await hold(stage)
    stage.clock.advance(25_000)
    expect((await pending.answer).body).toEqual({ publications: [], position })
  })

  test('is held for half a minute at most', async () => {
    const stage = await serve()
    const { pending } = await hold(stage, { seconds: 3_600 })
    stage.clock.advance(30_000)
    expect((await pending.answer).body.publications).toEqual([])
  })

  test('gets what one tick brought in one answer, as many as it asked for', async () => {
    const stage = await serve()
    const { pending } = await hold(stage, { query: '&limit=2' })
    const reference = { channel: 'chat:1' } as never
    await Promise.all(['a', 'b', 'c'].map((text) => stage.hub.publish(reference, 'message', text as never)))
    const { body } = await pending.answer
    expect(body.publications.map(({ payload }) => payload)).toEqual(['a', 'b'])
    expect(body.more).toBe(true)
    const rest = (await stage.ask(`/baro/channels/chat:1?after=${body.position}&wait=25`)).body
    expect(rest.publications.map(({ payload }) => payload)).toEqual(['c'])
  })

  test('I2: asked again and again misses and repeats nothing, whatever happens between two questions', async () => {
    const stage = await serve()
    let { position } = (await stage.ask('/baro/channels/chat:1')).body
    const seen: unknown[] = []
    const texts = Array.from({ length: 30 }, (_, index) => `text-${index}`)
    const publishing = publishAll(stage.hub, 'chat:1', ...texts)
    while (seen.length < texts.length) {
      const { body } = await stage.ask(`/baro/channels/chat:1?after=${position}&wait=25&limit=4`)
      seen.push(...body.publications.map(({ payload }) => payload))
      position = body.position
    }
    await publishing
    expect(seen).toEqual(texts)
  })

  test('I4: is told at once when the stream begins another life', async () => {
    const stage = await serve()
    const { pending } = await hold(stage)
    const { read } = stage.broker
    // The broker lost the followed stream, and another one has the same name.
    stage.broker.read = async (name, range) => {
      const view = await read(name, range)
      return { ...view, epoch: 'another', head: { offset: 0, check: '' }, floor: 0, publications: [] }
    }
    for (const subscriber of stage.broker.followers) subscriber.lost()
    expect((await pending.answer).body).toMatchObject({ reset: 'epoch', publications: [] })
  })

  test('is answered at once when the node stops, and nobody is held any more', async () => {
    const stage = await serve()
    const { pending, position } = await hold(stage)
    await stage.hub.drain()
    expect((await pending.answer).body).toEqual({ publications: [], position })
    const late = await stage.ask(`/baro/channels/chat:1?after=${position}&wait=25`)
    expect(late.body).toEqual({ publications: [], position })
  })

  test('is answered when the hub is closed', async () => {
    const stage = await serve()
    const { pending, position } = await hold(stage)
    await stage.hub.close()
    expect((await pending.answer).body).toEqual({ publications: [], position })
  })
})

describe('nothing is left behind by a long poll', () => {
  test.each<[string, (stage: HttpStage, pending: { abort(): void }) => unknown]>([
    ['that was answered', ({ hub }) => publishAll(hub, 'chat:1', 'a')],
    ['whose wait is over', ({ clock }) => clock.advance(25_000)],
    ['whose asker went away', (_, pending) => pending.abort()],
  ])('%s', async (_, end) => {
    const stage = await serve()
    const { pending } = await hold(stage)
    await end(stage, pending)
    await pending.answer.catch(() => {})
    await rest(stage)
    expect(stage.clock.elapsed()).toBeLessThan(45_000)
    expect(stage.hub.counters).toMatchObject({ sessions: 0, subscriptions: 0 })
  })

  test('whose client is gone before it is authenticated', async () => {
    let letIn: (() => void) | undefined
    const door = new Promise<undefined>((resolve) => {
      letIn = () => resolve(undefined)
    })
    const stage = await serve({ auth: ({ token }) => (token === 'slow' ? door : undefined) })
    let connections = 0
    stage.listening.server.on('connection', (connection) => {
      connections++
      connection.once('close', () => connections--)
    })
    const [position] = await publishAll(stage.hub, 'chat:1', 'before')
    const headers = { authorization: 'Bearer slow' }
    const pending = stage.send(`/baro/channels/chat:1?after=${position}&wait=25`, { headers })
    await until(() => connections === 1)
    await stage.ask('/baro/health')
    pending.abort()
    await until(() => connections === 0)
    letIn?.()
    await rest(stage)
    expect(stage.clock.elapsed()).toBeLessThan(20_000)
  })

  test('on a connection that serves many requests: no listener stays', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    atEnd(() => agent.destroy())
    const stage = await serve()
    const listeners: number[] = []
    stage.listening.server.on('connection', (connection) => {
      connection.on('data', () => listeners.push(connection.listenerCount('close')))
    })
    const [position] = await publishAll(stage.hub, 'chat:1', 'before')
    for (let count = 0; count < 20; count++) {
      const pending = stage.send(`/baro/channels/chat:1?after=${position}&wait=1`, { agent })
      await until(() => stage.waits.includes(1_000))
      stage.clock.advance(1_000)
      await pending.answer
    }
    expect(listeners.length).toBeGreaterThanOrEqual(20)
    expect(new Set(listeners).size).toBe(1)
  })
})

test('I6: a position from a long poll is the position of every other way', async () => {
  const stage = await serve()
  const { pending } = await hold(stage)
  await publishAll(stage.hub, 'chat:1', 'a')
  const { position } = (await pending.answer).body
  expect(position).toBe((await stage.hub.snapshot({ channel: 'chat:1' } as never)).position)
  const parsed = parsePosition(position)
  expect(parsed.ok && formatPosition(parsed.value)).toBe(position)
})

test('I7: a request behind another one on its connection is answered after it, and no answer waits in memory', async () => {
  const stage = await serve()
  const [position = ''] = await publishAll(stage.hub, 'chat:1', 'before')
  const raw = new RawClient(stage.listening.port)
  raw.write(`GET /baro/channels/chat:1?after=${position}&wait=25 HTTP/1.1\r\nHost: a\r\n\r\n`)
  raw.write(`GET /baro/channels/chat:1?after=${position} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  await until(() => stage.waits.includes(25_000))
  await stage.ask('/baro/health')
  await publishAll(stage.hub, 'chat:1', 'a')
  // If the second request had been answered before its turn, it would have found nothing.
  expect((await raw.ended).toString().match(/"payload":"a"/g)).toHaveLength(2)
})
