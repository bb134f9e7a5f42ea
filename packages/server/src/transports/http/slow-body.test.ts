import { describe, expect, test } from 'vitest'
import { atEnd, serve, stepOf, until } from '../../../test/http-stage.ts'
import { RawClient } from '../../../test/network-client.ts'

/** Begins a request with a body of that many bytes, and sends the first of them. */
function begin(port: number, path: string, length: number, first: string, method = 'POST'): RawClient {
  const raw = new RawClient(port)
  atEnd(() => raw.socket.destroy())
  raw.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${first}`)
  return raw
}

const body = '{"type":"message","payload":"hello"}'

describe('a body that comes slowly', () => {
  test.each(['/baro/channels/news:1', '/baro/connect', '/baro/connect?wait=5'])(
    'I7: is answered with 408 when its time is over, and its connection is closed: %s',
    async (path) => {
      const { listening, clock, waits, hub } = await serve()
      const raw = begin(listening.port, path, 1_000, '{')
      await until(() => waits.includes(stepOf(30_000)))
      clock.advance(29_999)
      // Whatever comes meanwhile lengthens nothing.
      raw.write('"type"')
      expect(waits).toContain(stepOf(30_000))
      clock.advance(1)
      const answer = (await raw.ended).toString()
      expect(answer).toMatch(/^HTTP\/1\.1 408 /)
      expect(answer).toContain('"code":"too-slow"')
      expect(answer).toContain('30000 ms')
      expect(hub.counters).toMatchObject({ published: 0, sessions: 0, rejected: 1 })
    },
  )

  test('within its time is handled, and nothing waits for it any more', async () => {
    const { listening, clock, waits } = await serve({ limits: { bodyTimeoutMs: 500 } })
    const raw = begin(listening.port, '/baro/channels/news:1', body.length, body.slice(0, 5))
    await until(() => waits.includes(stepOf(500)))
    clock.advance(499)
    raw.write(body.slice(5))
    expect((await raw.until('\r\n')).toString()).toMatch(/^HTTP\/1\.1 200 /)
    expect(waits).not.toContain(stepOf(500))
  })

  test('and breaks off leaves nothing waiting', async () => {
    const { listening, waits, log } = await serve()
    const raw = begin(listening.port, '/baro/channels/news:1', 1_000, '{')
    await until(() => waits.includes(stepOf(30_000)))
    raw.socket.destroy()
    await until(() => !waits.includes(stepOf(30_000)))
    expect(log.errors).toEqual([])
  })

  test.each([
    ['POST', '/baro/nothing', 404],
    ['PUT', '/baro/channels/news:1', 405],
    ['POST', '/baro/health', 200],
    ['GET', '/baro/channels/news:1', 200],
  ])('and is not asked for is not waited for: %s %s', async (method, path, status) => {
    const { listening } = await serve()
    const raw = begin(listening.port, path, 1_000, '{', method)
    expect((await raw.ended).toString()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })
})
