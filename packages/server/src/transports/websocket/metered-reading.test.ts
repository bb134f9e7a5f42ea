/** What comes in on real WebSockets, above the allowance (I7). */
import { constants, deflateRawSync } from 'node:zlib'
import { closeCodes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { type HttpStage, serve, tick, until } from '../../../test/http-stage.ts'
import { frame, NetworkClient, RawClient } from '../../../test/network-client.ts'

const rates = { messagesPerSecond: 10, bytesPerSecond: 10_000 }
const limits = { ...rates, maxMessageBytes: 2_000 }

const publishing = (id: string, payload: string = id) => ({ channel: 'chat:1', id, type: 'message', payload })
const publish = (id: string, payload: string = id) =>
  JSON.stringify({ type: 'baro:publish', payload: publishing(id, payload) })
const connecting = JSON.stringify({ type: 'baro:connect', payload: { protocol: 1, client: 'raw' } })

/** Lets the event loop go round until nothing more happens by itself. */
async function settle(): Promise<void> {
  for (let round = 0; round < 50; round++) await tick()
}

async function rawSession(stage: HttpStage, headers = '') {
  const { raw } = await RawClient.upgrade(stage.listening.port, '/baro/connect', headers)
  raw.write(frame({ payload: connecting }))
  await raw.until('baro:connected')
  return raw
}

/** Cuts the connection. That is seen when it is read from again. */
async function cut(stage: HttpStage, raw: RawClient): Promise<void> {
  raw.socket.resetAndDestroy()
  for (let step = 0; step < 20 && stage.hub.counters.sessions > 0; step++) {
    stage.clock.advance(1_000)
    await settle()
  }
  expect(stage.hub.counters.sessions).toBe(0)
}

const extension = 'Sec-WebSocket-Extensions: permessage-deflate\r\n'

const deflated = (text: string) =>
  frame({
    reserved: 0b100,
    payload: deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4),
  })

describe('I7: above its allowance a link is not read', () => {
  test('so a burst is published in order, without an error, at the rate', async () => {
    const stage = await serve({ limits })
    const client = await NetworkClient.connect(stage.url('/baro/connect').replace('http', 'ws'))
    for (let index = 0; index < 60; index++) client.send('baro:publish', publishing(`p-${index}`))
    await until(() => stage.hub.counters.published === 19)
    await settle()
    expect(stage.hub.counters.published).toBe(19)
    for (let second = 1; second <= 4; second++) {
      for (let step = 0; step < 10; step++) {
        stage.clock.advance(100)
        await settle()
      }
      expect(stage.hub.counters.published).toBe(19 + 10 * second)
    }
    for (let index = 0; index < 59; index++)
      expect(await client.next()).toMatchObject({ type: 'baro:published', payload: { id: `p-${index}` } })
  })

  test('and answers nothing, decodes nothing and inflates nothing, whatever it is sent', async () => {
    const floods: Readonly<Record<string, [Buffer, string?]>> = {
      'no messages': [frame({ payload: '1' })],
      pings: [frame({ opcode: 9, payload: 'a ping' })],
      'empty frames': [frame({ payload: '' })],
      'fragments without end': [frame({ opcode: 0, fin: false, payload: '' })],
      'compressed messages': [deflated(publish('x', 'a'.repeat(1_900))), extension],
    }
    for (const [what, [one, headers]] of Object.entries(floods)) {
      const stage = await serve({ limits })
      const raw = await rawSession(stage, headers)
      let came = 0
      raw.socket.on('data', ({ length }) => (came += length))
      if (what === 'fragments without end') raw.write(frame({ fin: false, payload: '{' }))
      raw.write(Buffer.concat(Array.from({ length: 2_000 }, () => one)))
      await settle()
      expect([what, came < 6_000]).toEqual([what, true])
      const { bytesRead } = raw.socket
      await settle()
      expect([what, raw.socket.bytesRead]).toEqual([what, bytesRead])
      expect(stage.hub.counters.published).toBeLessThanOrEqual(20)
      await cut(stage, raw)
    }
  })

  test('and what is inflated counts: three or four messages of 1,900 bytes in a second', async () => {
    const stage = await serve({ limits })
    const raw = await rawSession(stage, extension)
    raw.write(
      Buffer.concat(Array.from({ length: 50 }, (_, index) => deflated(publish(`p-${index}`, 'a'.repeat(1_900))))),
    )
    const published: number[] = []
    for (let second = 0; second < 20; second++) {
      for (let step = 0; step < 10; step++) {
        await settle()
        stage.clock.advance(100)
      }
      published.push(stage.hub.counters.published)
    }
    // Each costs the time of a message, and of its bytes once inflated: 0.3 s. At first there are 2 s in hand.
    for (const [second, count] of published.entries())
      expect(count).toBeLessThanOrEqual(Math.ceil((second + 3) / 0.295))
    expect(published.at(-1)).toBe(50)
  })

  test('what is unread goes with the connection, and nothing waits any more', async () => {
    for (const headers of ['', extension]) {
      const stage = await serve({ limits })
      const raw = await rawSession(stage, headers)
      const one = headers ? deflated(publish('x', 'a'.repeat(1_900))) : frame({ payload: publish('x') })
      raw.write(Buffer.concat(Array.from({ length: 1_000 }, () => one)))
      await until(() => stage.waits.some((waitMs) => waitMs < 5_000))
      await settle()
      await cut(stage, raw)
      expect(stage.waits.filter((waitMs) => waitMs < 5_000)).toEqual([])
    }
  })

  test('and what it may say is not heard in one turn of the event loop', async () => {
    const stage = await serve({
      limits: { ...limits, messagesPerSecond: 1e6, bytesPerSecond: 1e9, maxMessagesAtWork: 10_000 },
    })
    const { raw } = await RawClient.upgrade(stage.listening.port, '/baro/channels/chat:1')
    await raw.until('baro:reset')
    raw.write(Buffer.concat(Array.from({ length: 5_000 }, () => frame({ payload: 'a' }))))
    let most = 0
    for (let before = 0; before < 5_000; ) {
      await tick()
      most = Math.max(most, stage.hub.counters.published - before)
      before = stage.hub.counters.published
    }
    expect(most).toBeLessThanOrEqual(64 * 16)
  })

  test('nor after an error, when all that comes is thrown away', async () => {
    const stage = await serve({ limits })
    const { raw } = await RawClient.upgrade(stage.listening.port, '/baro/channels/chat:1', '', true)
    await raw.until('baro:reset')
    raw.write(frame({ payload: 'a'.repeat(3_000) }))
    await settle()
    for (let index = 0; index < 200; index++) raw.write(Buffer.alloc(100_000))
    await settle()
    // What a kernel takes is far less.
    expect(raw.socket.writableLength).toBeGreaterThan(5_000_000)
    await cut(stage, raw)
  })

  test('others do not wait for it', async () => {
    const stage = await serve({ limits })
    const raw = await rawSession(stage)
    raw.write(Buffer.concat(Array.from({ length: 1_000 }, () => frame({ payload: publish('x') }))))
    await settle()
    const client = await NetworkClient.connect(stage.url('/baro/connect').replace('http', 'ws'))
    expect(await client.ask('baro:publish', publishing('mine'))).toMatchObject({ type: 'baro:published' })
  })

  test('a plain WebSocket too; its pong stands behind what is not read, and nobody is taken for dead', async () => {
    const stage = await serve({ limits, heartbeatIntervalMs: 1_000 })
    const { raw } = await RawClient.upgrade(stage.listening.port, '/baro/channels/chat:1')
    await raw.until('baro:reset')
    raw.write(Buffer.concat(Array.from({ length: 100 }, (_, index) => frame({ payload: `text ${index}` }))))
    await until(() => stage.hub.counters.published === 20)
    for (let second = 0; second < 8; second++) {
      stage.clock.advance(1_000)
      await settle()
      raw.write(frame({ opcode: 10 }))
    }
    expect(stage.hub.counters.published).toBeGreaterThanOrEqual(90)
    expect(raw.socket.closed).toBe(false)
  })
})

describe('I7: who sends nothing but what cannot be read', () => {
  test.each(['/baro/connect', '/baro/channels/chat:1'])(
    'is closed at %s, after a bounded number of errors',
    async (path) => {
      const stage = await serve({ limits: { ...limits, maxMessageBytes: 64 << 10 } })
      const { raw } = await RawClient.upgrade(stage.listening.port, path)
      if (path.endsWith('connect')) raw.write(frame({ payload: connecting }))
      let came = 0
      raw.socket.on('data', ({ length }) => (came += length))
      raw.write(Buffer.concat(Array.from({ length: 100_000 }, () => frame({ payload: '{' }))))
      const closing = Buffer.from([closeCodes.unreadable >> 8, closeCodes.unreadable & 255])
      let isClosed = false
      void raw.until(closing).then(() => {
        isClosed = true
      })
      for (let step = 0; step < 300 && !isClosed; step++) {
        stage.clock.advance(1_000)
        await settle()
      }
      expect(isClosed).toBe(true)
      expect(came).toBeLessThan(100 * 400)
      expect(stage.hub.counters.sessions).toBe(0)
    },
  )
})
