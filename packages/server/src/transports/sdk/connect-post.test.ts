import { describe, expect, test } from 'vitest'
import { type AnswerBody, type HttpStage, publishAll, serve, stepOf, tick, until } from '../../../test/http-stage.ts'
import { EventReader } from '../../../test/stream-readers.ts'

interface Message {
  readonly type: string
  readonly payload: unknown
}

const connect = (more = {}): Message => ({
  type: 'baro:connect',
  payload: { protocol: 1, client: 'a-secret-of-mine', ...more },
})

const subscribe = (channel: string, position?: string, attempt = 1): Message => ({
  type: 'baro:subscribe',
  payload: { channel, attempt, version: '1', position },
})

const publish = (id: string, payload: unknown = 'hello', channel = 'chat:1'): Message => ({
  type: 'baro:publish',
  payload: { id, channel, type: 'message', payload },
})

const posting = (...messages: readonly Message[]) => ({ method: 'POST', body: JSON.stringify({ messages }) })

const events = (stage: HttpStage, ...messages: readonly Message[]) =>
  EventReader.open(stage.url('/baro/connect'), posting(...messages))

const typesOf = ({ messages }: AnswerBody) => messages.map(({ type }) => type)

describe('the link of the SDK as an event stream', () => {
  test('brings what a WebSocket would: the greeting, what follows each position, and what happens then', async () => {
    const stage = await serve()
    const [first, second] = await publishAll(stage.hub, 'chat:1', 'a', 'b')
    const reader = await events(stage, connect(), subscribe('chat:1', first), subscribe('news:1'))
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    expect(await reader.message()).toMatchObject({ type: 'baro:connected', payload: { heartbeatIntervalMs: 25_000 } })
    const answers = [await reader.message(), await reader.message()].sort((a, b) => (a.type < b.type ? -1 : 1))
    expect(answers).toMatchObject([
      { type: 'baro:recovered', payload: { channel: 'chat:1', attempt: 1, follows: first, position: second } },
      { type: 'baro:reset', payload: { channel: 'news:1', attempt: 1, reason: 'none' } },
    ])
    await publishAll(stage.hub, 'chat:1', 'c')
    expect(await reader.message()).toMatchObject({
      type: 'baro:publications',
      payload: { follows: second, publications: [{ payload: 'c' }] },
    })
  })

  test('brings what was missed however much it is, to each of those who missed it', async () => {
    const stage = await serve()
    const texts = Array.from({ length: 50 }, (_, index) => `${index} ${'안녕\n'.repeat(50)}`)
    const [first] = await publishAll(stage.hub, 'chat:1', 'a')
    await publishAll(stage.hub, 'chat:1', ...texts)
    for (const attempt of [1, 2]) {
      const reader = await events(stage, connect(), subscribe('chat:1', first, attempt))
      await reader.message()
      expect(await reader.message()).toMatchObject({
        type: 'baro:recovered',
        payload: { attempt, publications: texts.map((payload) => ({ payload })) },
      })
    }
  })

  test('takes publishes and requests in its body, and answers them', async () => {
    const stage = await serve()
    const reader = await events(stage, connect(), publish('mine'))
    await reader.message()
    expect(await reader.message()).toMatchObject({ type: 'baro:published', payload: { id: 'mine' } })
  })

  test('gets a heartbeat in each silent interval, and is not expected to answer', async () => {
    const stage = await serve()
    const reader = await events(stage, connect())
    await reader.message()
    for (let count = 0; count < 5; count++) {
      stage.clock.advance(25_000)
      expect(await reader.message()).toMatchObject({ type: 'baro:heartbeat' })
    }
    expect(stage.hub.counters.sessions).toBe(1)
  })

  test('is told of a drain, and ends', async () => {
    const stage = await serve()
    const reader = await events(stage, connect())
    await reader.message()
    const drained = stage.hub.drain()
    expect(await reader.message()).toMatchObject({ type: 'baro:drain' })
    await reader.ended
    await drained
  })

  test('ends its session when its reader goes away', async () => {
    const stage = await serve()
    const reader = await events(stage, connect(), subscribe('chat:1'))
    await reader.message()
    await reader.message()
    expect(stage.hub.counters).toMatchObject({ sessions: 1, subscriptions: 1 })
    reader.abort()
    await until(() => stage.hub.counters.sessions === 0)
    expect(stage.hub.counters.subscriptions).toBe(0)
  })

  test('I7: that nobody reads is ended when it took nothing for two intervals', async () => {
    const stage = await serve()
    const reader = await events(stage, connect(), subscribe('news:1'))
    await reader.message()
    await reader.message()
    reader.pause()
    for (let count = 0; count < 160; count++) {
      await publishAll(stage.hub, 'news:1', `${count}-${'x'.repeat(64 << 10)}`)
      await tick()
    }
    for (let passedMs = 0; passedMs < 75_000; passedMs += 5_000) {
      stage.clock.advance(5_000)
      await stage.ask('/baro/health')
    }
    expect(stage.hub.counters.sessions).toBe(0)
  })

  test('without a connect in time is closed', async () => {
    const stage = await serve()
    const reader = await events(stage, subscribe('chat:1'))
    expect(await reader.message()).toMatchObject({ type: 'baro:error', payload: { code: 'bad-message' } })
    stage.clock.advance(10_000)
    await reader.ended
  })
})

describe('the link of the SDK as a long poll', () => {
  test('answers as soon as every question has its answer and there is news', async () => {
    const { ask, hub } = await serve()
    const [first] = await publishAll(hub, 'chat:1', 'a', 'b')
    const answer = await ask('/baro/connect?wait=25', posting(connect(), subscribe('chat:1', first), publish('mine')))
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(typesOf(answer.body).sort()).toEqual(
      expect.arrayContaining(['baro:connected', 'baro:published', 'baro:recovered']),
    )
    expect(hub.counters).toMatchObject({ sessions: 0, subscriptions: 0 })
  })

  test('at the head of everything is held until there is something', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'chat:1', 'a')
    const pending = stage.send('/baro/connect?wait=25', posting(connect(), subscribe('chat:1', head)))
    await until(() => stage.hub.counters.recovered === 1)
    stage.clock.advance(24_999)
    await stage.ask('/baro/health')
    expect(pending.isAnswered).toBe(false)
    await publishAll(stage.hub, 'chat:1', 'b')
    const { body } = await pending.answer
    expect(typesOf(body)).toEqual(['baro:connected', 'baro:recovered', 'baro:publications'])
    expect(body.messages[2]?.payload).toMatchObject({ follows: head, publications: [{ payload: 'b' }] })
  })

  test('is answered when the wait is over, with the greeting and where it stands', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'chat:1', 'a')
    const pending = stage.send('/baro/connect?wait=20', posting(connect(), subscribe('chat:1', head)))
    await until(() => stage.hub.counters.recovered === 1)
    stage.clock.advance(20_000)
    expect(typesOf((await pending.answer).body)).toEqual(['baro:connected', 'baro:recovered'])
    expect(stage.waits).not.toContain(20_000)
  })

  test('waits for every answer, however early another error or the end of the wait comes', async () => {
    let finish: (() => void) | undefined
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    const stage = await serve(
      {},
      {
        access: 'public',
        events: { message: async ({ publish: append }) => slow.then(() => append('message', 'late' as never)) },
      },
    )
    const wrong: readonly Message[] = [
      { type: 'baro:signal', payload: { channel: 'chat:1', type: 'none', payload: 1 } },
      { type: 'baro:unsubscribe', payload: { channel: 'chat:1' } },
      { type: 'baro:unheard-of', payload: {} },
      { type: 'baro:subscribe', payload: { channel: 'chat:1' } },
    ]
    const pending = stage.send('/baro/connect?wait=5', posting(connect(), publish('mine'), ...wrong))
    await until(() => stage.hub.counters.rejected === 4)
    stage.clock.advance(5_000)
    await stage.ask('/baro/health')
    expect(pending.isAnswered).toBe(false)
    finish?.()
    const { body } = await pending.answer
    expect(typesOf(body).filter((type) => type === 'baro:error')).toHaveLength(4)
    expect(typesOf(body)).toContain('baro:published')
  })

  test('is not answered before all of its body is given to the hub: a signal has no answer that it could wait for', async () => {
    let asked = 0
    const stage = await serve(
      { limits: { messagesPerSecond: 10, timesPerAddress: 1 } },
      { access: ({ action }) => action !== 'signal' || ++asked < 0 },
    )
    const signals = Array.from(
      { length: 30 },
      (_, index): Message => ({
        type: 'baro:signal',
        payload: { channel: 'news:1', type: 'typing', payload: `${index}` },
      }),
    )
    const pending = stage.send('/baro/connect?wait=0', posting(connect(), ...signals))
    await until(() => asked > 0)
    stage.clock.advance(0)
    while (!pending.isAnswered) {
      stage.clock.advance(100)
      await tick()
    }
    expect(asked).toBe(30)
  })

  test('I5: a handler that takes longer than half a minute does not hold it; asked again, it gets the first answer', async () => {
    let finish: (() => void) | undefined
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    let runs = 0
    const handle = async ({ publish: append }: { publish: (type: 'message', payload: never) => unknown }) => {
      runs++
      await slow
      await append('message', 'late' as never)
    }
    const stage = await serve({}, { access: 'public', events: { message: handle as never } })
    const pending = stage.send('/baro/connect?wait=25', posting(connect(), publish('mine')))
    await until(() => runs === 1)
    await stage.ask('/baro/health')
    stage.clock.advance(30_000)
    // Half a minute of silence includes a heartbeat.
    expect(typesOf((await pending.answer).body)).toEqual(['baro:connected', 'baro:heartbeat'])
    const again = stage.send('/baro/connect?wait=25', posting(connect(), publish('mine')))
    await until(() => stage.hub.counters.repeated === 1)
    finish?.()
    const { body } = await again.answer
    expect(body.messages.at(-1)).toMatchObject({ type: 'baro:published', payload: { id: 'mine' } })
    expect(runs).toBe(1)
  })

  test('of two attempts at one channel waits for the later one only', async () => {
    const { ask } = await serve()
    const body = posting(connect(), subscribe('chat:1', undefined, 1), subscribe('chat:1', undefined, 2))
    const answer = await ask('/baro/connect?wait=25', body)
    expect(answer.body.messages.at(-1)).toMatchObject({ type: 'baro:reset', payload: { attempt: 2 } })
  })

  test('does not wait for a channel that the same body leaves again', async () => {
    const { ask } = await serve()
    const leave: Message = { type: 'baro:unsubscribe', payload: { channel: 'chat:1' } }
    const { body } = await ask('/baro/connect?wait=25', posting(connect(), subscribe('chat:1'), leave))
    expect(typesOf(body)).toContain('baro:unsubscribed')
  })

  test('I2: asked again and again from its positions misses and repeats nothing', async () => {
    const stage = await serve()
    const texts = Array.from({ length: 20 }, (_, index) => `text-${index}`)
    let { position } = (await stage.ask('/baro/channels/chat:1')).body
    const publishing = (async () => {
      for (const text of texts) {
        await publishAll(stage.hub, 'chat:1', text)
        await tick()
      }
    })()
    const seen: unknown[] = []
    while (seen.length < texts.length) {
      const { body } = await stage.ask('/baro/connect?wait=25', posting(connect(), subscribe('chat:1', position)))
      for (const { payload } of body.messages) {
        const { publications = [], position: there } = payload as Partial<AnswerBody>
        seen.push(...publications.map((publication) => publication.payload))
        position = there ?? position
      }
    }
    await publishing
    expect(seen).toEqual(texts)
  })

  test('I7: what does not fit into one answer comes in the next', async () => {
    const { ask, hub } = await serve({ limits: { maxOutboxBytes: 1_000, catchUpBytes: 500 } })
    const texts = Array.from({ length: 20 }, (_, index) => `${index}-${'x'.repeat(200)}`)
    let { position } = (await ask('/baro/channels/news:1')).body
    await publishAll(hub, 'news:1', ...texts)
    const seen: unknown[] = []
    let answers = 0
    for (; seen.length < texts.length; answers++) {
      const answer = await ask('/baro/connect?wait=25', posting(connect(), subscribe('news:1', position)))
      expect(answer.text.length).toBeLessThan(4_000)
      for (const { payload } of answer.body.messages) {
        const { publications = [], position: there } = payload as Partial<AnswerBody>
        seen.push(...publications.map((publication) => publication.payload))
        position = there ?? position
      }
    }
    expect(seen).toEqual(texts)
    expect(answers).toBeGreaterThan(1)
  })

  test('is answered when the node stops', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'chat:1', 'a')
    const pending = stage.send('/baro/connect?wait=25', posting(connect(), subscribe('chat:1', head)))
    await until(() => stage.hub.counters.recovered === 1)
    await stage.hub.drain()
    expect(typesOf((await pending.answer).body).at(-1)).toBe('baro:drain')
  })

  test('leaves nothing behind when its client goes away', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'chat:1', 'a')
    const pending = stage.send('/baro/connect?wait=25', posting(connect(), subscribe('chat:1', head)))
    await until(() => stage.hub.counters.recovered === 1)
    pending.abort()
    await until(() => stage.hub.counters.sessions === 0)
    expect(stage.hub.counters.subscriptions).toBe(0)
    for (const ms of [25_000, stepOf(30_000)]) expect(stage.waits).not.toContain(ms)
  })

  test('of one client is one reader, however often it asks: it joins once, and leaves once some time after the last', async () => {
    const told: string[] = []
    const stage = await serve(
      {},
      { access: 'public', joined: () => told.push('joined'), left: () => told.push('left') },
    )
    let [position] = await publishAll(stage.hub, 'chat:1', 'a')
    for (let count = 0; count < 10; count++) {
      const asked = stage.send('/baro/connect?wait=25', posting(connect(), subscribe('chat:1', position)))
      await until(() => stage.hub.counters.subscriptions === 1)
      position = (await publishAll(stage.hub, 'chat:1', `text ${count}`))[0]
      expect(typesOf((await asked.answer).body)).toContain('baro:publications')
      await until(() => stage.hub.counters.subscriptions === 0)
      stage.clock.advance(5_000)
    }
    expect(told).toEqual(['joined'])
    for (let count = 0; count < 8; count++) {
      stage.clock.advance(5_000)
      await tick()
    }
    expect(told).toEqual(['joined'])
    stage.clock.advance(5_000)
    await tick()
    expect(told).toEqual(['joined', 'left'])
  })

  test.each<[string, readonly Message[], string]>([
    ['another protocol', [{ type: 'baro:connect', payload: { protocol: 99, client: 'mine' } }], ''],
    ['a client that is no id', [connect({ client: 'not an id' }), subscribe('chat:1')], 'bad-id'],
    ['no connect', [subscribe('chat:1')], 'bad-message'],
    ['a channel that is none', [connect(), subscribe('lobby')], 'unknown-channel'],
    ['a name that is none', [connect(), subscribe('a"b')], 'bad-name'],
    ['a publish that fails its schema', [connect(), publish('mine', 5)], 'invalid-payload'],
    ['a message that is none', [connect(), { type: 'baro:subscribe', payload: {} }], 'bad-message'],
  ])('with %s is answered at once', async (_, messages, code) => {
    const { ask } = await serve()
    const { body } = await ask('/baro/connect?wait=25', posting(...messages))
    const codes = body.messages.flatMap(({ type, payload }) => (type === 'baro:error' ? [payload.code] : []))
    expect(codes[0] ?? '').toBe(code)
  })
})

describe('a body', () => {
  test.each<[string, string]>([
    ['that is no JSON', '{"messages":'],
    ['that is empty', ''],
    ['that is null', 'null'],
    ['without messages', '{}'],
    ['whose messages are no list', '{"messages":{}}'],
  ])('%s is 400, and opens nothing', async (_, body) => {
    const { ask, hub } = await serve()
    for (const path of ['/baro/connect', '/baro/connect?wait=25']) {
      const answer = await ask(path, { method: 'POST', body })
      expect([answer.status, answer.body.error?.code]).toEqual([400, 'bad-message'])
    }
    expect(hub.counters).toMatchObject({ sessions: 0, rejected: 2 })
  })

  test('whose wait is no number is 400', async () => {
    const { ask } = await serve()
    const { status, body } = await ask('/baro/connect?wait=soon', posting(connect()))
    expect([status, body.error?.message]).toEqual([400, expect.stringContaining('"soon"')])
  })

  test('I7: with a message that is too long says so, and goes on with the others', async () => {
    const { ask, hub } = await serve({ limits: { maxMessageBytes: 500 } })
    const messages = [connect(), publish('long', 'x'.repeat(600)), publish('short')]
    const { body } = await ask('/baro/connect?wait=25', posting(...messages))
    expect(body.messages).toContainEqual({
      type: 'baro:error',
      payload: { code: 'too-large', message: expect.stringContaining('500 bytes'), id: 'long', channel: 'chat:1' },
    })
    expect(typesOf(body)).toContain('baro:published')
    expect(hub.counters.published).toBe(1)
  })

  test('I7: of more than sixteen of the longest messages is 413', async () => {
    const { ask } = await serve({ limits: { maxMessageBytes: 500 } })
    const messages = Array.from({ length: 20 }, (_, index) => publish(`id-${index}`, 'x'.repeat(400)))
    expect((await ask('/baro/connect', posting(connect(), ...messages))).status).toBe(413)
  })

  test('I7: of more messages than one body may have is 413', async () => {
    const { ask, hub } = await serve()
    const answer = await ask('/baro/connect', { method: 'POST', body: `{"messages":[${'0,'.repeat(1_024)}0]}` })
    expect([answer.status, answer.body.error?.message]).toEqual([413, expect.stringContaining('1025 messages')])
    expect(hub.counters.sessions).toBe(0)
  })

  test('other methods are 405, and say what is taken', async () => {
    const { ask } = await serve()
    const answer = await ask('/baro/connect')
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST, OPTIONS'])
  })
})

describe('who it is', () => {
  const users = async (stage: HttpStage) => {
    const told: unknown[] = []
    stage.hub.on('connected', ({ user }) => told.push(user?.id))
    return told
  }

  test('is told by the token in the header, or by that of the connect message', async () => {
    const stage = await serve()
    const told = await users(stage)
    const headers = { authorization: 'Bearer ada' }
    await stage.ask('/baro/connect?wait=25', { ...posting(connect(), publish('a')), headers })
    await stage.ask('/baro/connect?wait=25', posting(connect({ token: 'grace' }), publish('b')))
    await stage.ask('/baro/connect?wait=25', { ...posting(connect({ token: 'grace' }), publish('c')), headers })
    await tick()
    expect(told).toEqual(['ada', 'grace', 'grace'])
  })

  test('never by the URL', async () => {
    const stage = await serve()
    const told = await users(stage)
    await stage.ask('/baro/connect?wait=25&token=ada&access_token=ada', posting(connect(), publish('a')))
    await tick()
    expect(told).toEqual([undefined])
  })

  test('an error says that it is refused, and the session ends', async () => {
    const { ask } = await serve({ auth: () => Promise.reject(new Error('expired')) })
    const { body } = await ask('/baro/connect?wait=25', posting(connect({ token: 'old' }), subscribe('chat:1')))
    expect(body.messages).toMatchObject([{ type: 'baro:error', payload: { code: 'unauthenticated' } }])
  })
})
