import { gunzipSync } from 'node:zlib'
import { channel } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { atEnd, publishAll, sendTo, serve } from '../../../test/http-stage.ts'
import { EventReader } from '../../../test/stream-readers.ts'
import { createHub } from '../../hub/create-hub.ts'
import { createMemoryBroker } from '../../memory-broker/memory-broker.ts'

const open = 'public, max-age=0, s-maxage=1, no-transform'
const closed = 'public, max-age=31536000, immutable, no-transform'

describe('what caches may keep', () => {
  test.each<[string, string]>([
    ['', open],
    ['?after=FIRST', open],
    ['?after=LAST', open],
    ['?after=LAST&wait=0', open],
    ['?after=FIRST&limit=1', closed],
    ['?before=LAST', open],
    ['?before=LAST&limit=1', closed],
    ['?view=state', open],
    ['?after=none', 'no-store'],
    ['?after=1a.other.1.aaaaaa', 'no-store'],
    ['?wait=0', 'no-store'],
  ])('of a public channel, asked with %j: %s', async (query, caching) => {
    const { ask, hub } = await serve()
    const positions = await publishAll(hub, 'chat:1', 'a', 'b', 'c')
    const asked = query.replace('FIRST', positions[0] ?? '').replace('LAST', positions[2] ?? '')
    expect((await ask(`/baro/channels/chat:1${asked}`)).headers['cache-control']).toBe(caching)
  })

  test.each(['', '?after=FIRST', '?after=FIRST&limit=1', '?before=LAST&limit=1', '?view=state'])(
    'of a channel with a rule, asked with %j: nothing',
    async (query) => {
      const { ask, hub } = await serve({}, { access: () => true })
      const positions = await publishAll(hub, 'chat:1', 'a', 'b', 'c')
      const asked = query.replace('FIRST', positions[0] ?? '').replace('LAST', positions[2] ?? '')
      expect((await ask(`/baro/channels/chat:1${asked}`)).headers['cache-control']).toBe('no-store')
    },
  )

  test('of an answer without anything is never a closed range, even if something came while it was made', async () => {
    const { ask, broker, clock, hub } = await serve()
    const [first] = await publishAll(hub, 'chat:1', 'a', 'b')
    await ask('/baro/channels/chat:1')
    // The node still has what it has heard itself.
    clock.advance(10_000)
    broker.giveNothing()
    const { body, headers } = await ask(`/baro/channels/chat:1?after=${first}`)
    expect(body).toEqual({ publications: [], position: first })
    expect(headers['cache-control']).toBe(open)
  })

  test('varies with what the answer depends on', async () => {
    const { ask } = await serve()
    const vary = (await ask('/baro/channels/chat:1')).headers.vary?.split(', ')
    expect(vary?.sort()).toEqual(['Accept', 'Accept-Encoding', 'Authorization', 'Origin'])
  })
})

describe('a conditional request', () => {
  test.each(['', '?view=state', '?after=FIRST', '?after=LAST', '?before=LAST', '?after=FIRST&limit=1'])(
    'asked with %j: unchanged is 304, without a body, with the same validators',
    async (query) => {
      const { ask, hub } = await serve()
      const positions = await publishAll(hub, 'chat:1', 'a', 'b', 'c')
      const path = `/baro/channels/chat:1${query.replace('FIRST', positions[0] ?? '').replace('LAST', positions[2] ?? '')}`
      const { headers, body } = await ask(path)
      if (query !== '?view=state') expect(headers['baro-position']).toBe(body.position)
      const again = await ask(path, { headers: { 'if-none-match': headers.etag } })
      expect([again.status, again.bytes.length]).toEqual([304, 0])
      for (const name of ['etag', 'baro-position', 'cache-control', 'vary'])
        expect(again.headers[name]).toBe(headers[name])
    },
  )

  test('a change is 200, with another tag', async () => {
    const { ask, hub } = await serve()
    const { headers } = await ask('/baro/channels/chat:1')
    await publishAll(hub, 'chat:1', 'a')
    const changed = await ask('/baro/channels/chat:1', { headers: { 'if-none-match': headers.etag } })
    expect([changed.status, changed.body.snapshot]).toEqual([200, ['a']])
    expect(changed.headers.etag).not.toBe(headers.etag)
  })

  test('a range that was closed meanwhile is 200: the same publications, but more is new', async () => {
    const { ask, hub } = await serve()
    const [first] = await publishAll(hub, 'chat:1', 'a', 'b')
    const path = `/baro/channels/chat:1?after=${first}&limit=1`
    const { body, headers } = await ask(path)
    expect(body.more).toBeUndefined()
    await publishAll(hub, 'chat:1', 'c')
    const closedNow = await ask(path, { headers: { 'if-none-match': headers.etag } })
    expect([closedNow.status, closedNow.body]).toEqual([200, { ...body, more: true }])
  })

  test('I4: a reset is no version of what the asker has: it has no tag, and is never 304', async () => {
    const { ask, hub } = await serve()
    const [position] = await publishAll(hub, 'chat:1', 'a')
    const { headers, status } = await ask('/baro/channels/chat:1?after=none', {
      headers: { 'if-none-match': `"${position}"` },
    })
    expect([status, headers.etag, headers['baro-position']]).toEqual([200, undefined, position])
  })

  test('the state of another version of the definition is another one, at the same position', async () => {
    const broker = createMemoryBroker()
    const tags: (string | undefined)[] = []
    for (const version of ['1', 'two "½"', 'two "½"']) {
      const list = channel('list', {
        events: { message: z.string() },
        state: { initial: () => version, on: {} },
        version,
      })
      const hub = createHub({ channels: [list], broker })
      hub.on(list, { access: 'public' })
      const { port, close } = await hub.listen(0, '127.0.0.1')
      atEnd(() => hub.close())
      atEnd(close)
      tags.push((await sendTo(port, '/baro/channels/list?view=state').answer).headers.etag)
    }
    expect(new Set(tags).size).toBe(2)
    expect(tags[2]).toBe(tags[1])
  })
})

describe('HEAD', () => {
  test.each(['', '?view=state', '?after=none', '?after=42'])(
    'asked with %j has the head of GET and no body',
    async (query) => {
      const { ask } = await serve()
      const get = await ask(`/baro/channels/chat:1${query}`)
      const head = await ask(`/baro/channels/chat:1${query}`, { method: 'HEAD' })
      expect(head.bytes.length).toBe(0)
      expect(head.status).toBe(get.status)
      expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' })
    },
  )

  test('of an event stream is its head, and opens none', async () => {
    const { ask, hub, listening } = await serve()
    const head = await ask('/baro/channels/chat:1?live=sse', { method: 'HEAD' })
    expect(head.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(head.bytes.length).toBe(0)
    expect(hub.counters.sessions).toBe(0)
    expect(listening.server.listening).toBe(true)
  })
})

describe('compression', () => {
  const long = 'x'.repeat(2_000)

  test('is for answers of a kilobyte and more, for those who take it, and changes nothing but the coding', async () => {
    const { ask, hub } = await serve()
    await publishAll(hub, 'chat:1', long)
    const plain = await ask('/baro/channels/chat:1')
    const zipped = await ask('/baro/channels/chat:1', { headers: { 'accept-encoding': 'br, gzip' } })
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect(zipped.bytes.length).toBeLessThan(500)
    expect(gunzipSync(zipped.bytes).toString()).toBe(plain.text)
  })

  test('makes other bytes, hence another strong tag; either is 304', async () => {
    const { ask, hub } = await serve()
    await publishAll(hub, 'chat:1', long)
    const plain = await ask('/baro/channels/chat:1')
    const zipped = await ask('/baro/channels/chat:1', { headers: { 'accept-encoding': 'gzip' } })
    expect(zipped.headers.etag).not.toBe(plain.headers.etag)
    for (const { headers } of [plain, zipped]) {
      const again = await ask('/baro/channels/chat:1', {
        headers: { 'accept-encoding': 'gzip', 'if-none-match': headers.etag },
      })
      expect([again.status, again.headers.etag]).toEqual([304, headers.etag])
    }
  })

  test.each<[string, string, string]>([
    ['a short answer', 'short', 'gzip'],
    ['who does not take it', long, 'br'],
    ['who refuses it', long, 'gzip;q=0, br'],
    ['who refuses it precisely', long, 'gzip; q=0.000'],
  ])('is not for %s', async (_, text, accepted) => {
    const { ask, hub } = await serve()
    await publishAll(hub, 'chat:1', text)
    const answer = await ask('/baro/channels/chat:1', { headers: { 'accept-encoding': accepted } })
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(answer.body.snapshot).toEqual([text])
  })

  test('never holds an event stream back', async () => {
    const { hub, url } = await serve()
    const headers = { 'accept-encoding': 'gzip', accept: 'text/event-stream' }
    const reader = await EventReader.open(url('/baro/channels/chat:1'), { headers })
    expect(reader.headers['content-encoding']).toBeUndefined()
    await reader.message()
    await publishAll(hub, 'chat:1', long)
    expect(await reader.message()).toMatchObject({ payload: long })
  })
})
