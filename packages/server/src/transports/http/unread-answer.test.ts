import { once } from 'node:events'
import type { Socket as NetSocket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { atEnd, type HttpStage, publishAll, serve, tick, until } from '../../../test/http-stage.ts'
import { RawClient } from '../../../test/network-client.ts'

const filling = 'x'.repeat(128 << 10)

/** A client that has asked for an answer of that length, more than a kernel takes for it, and reads none of it. */
async function unread(megabytes: number) {
  const texts = Array.from({ length: megabytes * 8 }, (_, index) => `${index}-${filling}`)
  const stage = await serve({ limits: { catchUpBytes: 128 << 20 } })
  const { position } = (await stage.ask('/baro/channels/news:1')).body
  await publishAll(stage.hub, 'news:1', ...texts)
  const connected = once(stage.listening.server, 'connection') as Promise<[NetSocket]>
  const raw = new RawClient(stage.listening.port)
  atEnd(() => raw.socket.destroy())
  raw.socket.pause()
  raw.write(`GET /baro/channels/news:1?after=${position}&limit=500 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  const [connection] = await connected
  await until(() => stage.waits.includes(50_000))
  return { stage, raw, connection, texts }
}

/** Waits until the client’s machine takes no more. */
async function settled(connection: NetSocket): Promise<void> {
  for (let quiet = 0, before = -1; quiet < 50; quiet++) {
    await tick()
    if (connection.bytesWritten !== before) quiet = 0
    before = connection.bytesWritten
  }
}

const isWatched = ({ waits }: HttpStage) => waits.includes(50_000)

describe('an answer that is not read', () => {
  test('I7: ends its connection when nothing of it left for two heartbeat intervals', async () => {
    const { stage, connection } = await unread(20)
    await settled(connection)
    // Written as it is taken: most of it was never handed to Node.
    expect(connection.writableLength).toBeLessThan(1 << 20)
    stage.clock.advance(49_999)
    expect(connection.destroyed).toBe(false)
    // Twice, if something left after the first look.
    stage.clock.advance(50_001)
    expect(connection.destroyed).toBe(true)
    await until(() => !isWatched(stage))
  })

  test('but slowly, arrives whole', async () => {
    const { stage, raw, connection, texts } = await unread(40)
    for (let times = 0; times < 2; times++) {
      await settled(connection)
      const { bytesWritten } = connection
      raw.socket.resume()
      await until(() => connection.bytesWritten > bytesWritten)
      raw.socket.pause()
      stage.clock.advance(50_000)
      expect(isWatched(stage)).toBe(true)
    }
    raw.socket.resume()
    const answer = await raw.ended
    expect(answer.subarray(0, 12).toString()).toBe('HTTP/1.1 200')
    expect(answer.includes(JSON.stringify(texts.at(-1)))).toBe(true)
    await until(() => !isWatched(stage))
  })
})
