/** I7: a reader that does not read is cut at a message boundary, holds up nobody, and goes on from history. */
import { describe, expect, test } from 'vitest'
import { type HttpStage, publishAll, serve, tick } from '../../../test/http-stage.ts'
import { EventReader, type StreamMessage, TextSocket } from '../../../test/stream-readers.ts'

const texts = Array.from({ length: 160 }, (_, index) => `${index}-${'x'.repeat(64 << 10)}`)

/** A reader that can stop reading. */
interface Stoppable {
  message(): Promise<StreamMessage>
  pause(): void
  resume(): void
  readonly over: Promise<unknown>
}

const ways: Readonly<Record<string, (stage: HttpStage, name: string) => Promise<Stoppable>>> = {
  'an event stream': async (stage, name) => {
    const reader = await EventReader.open(stage.url(`/baro/channels/${name}?live=sse`))
    return {
      message: () => reader.message(),
      pause: () => reader.pause(),
      resume: () => reader.resume(),
      over: reader.ended,
    }
  },
  'a plain WebSocket': async (stage, name) => {
    const socket = new TextSocket(stage.url(`/baro/channels/${name}`))
    return {
      message: () => socket.message(),
      pause: () => socket.webSocket.pause(),
      resume: () => socket.webSocket.resume(),
      over: socket.closed,
    }
  },
}

/** A stage, and one reader of a channel that got its first message and then stops reading. */
async function stopped(open: (typeof ways)[string], name: string) {
  const stage = await serve({ compression: false })
  const slow = await open(stage, name)
  await slow.message()
  slow.pause()
  return { stage, slow }
}

/** Publishes ten megabytes, one tick for each message. */
async function flood({ hub }: HttpStage, name: string): Promise<void> {
  for (const text of texts) {
    await publishAll(hub, name, text)
    await tick()
  }
}

describe.each(Object.entries(ways))('%s that is not read', (_, open) => {
  test('I2: is cut, and has everything in order, each once, when it reads again', async () => {
    const { stage, slow } = await stopped(open, 'news:1')
    await flood(stage, 'news:1')
    expect(stage.hub.counters.slow).toBe(1)
    slow.resume()
    const offsets: unknown[] = []
    while (offsets.length < texts.length) offsets.push((await slow.message()).offset)
    expect(offsets).toEqual(texts.map((_text, index) => index + 1))
    await publishAll(stage.hub, 'news:1', 'live again')
    expect(await slow.message()).toMatchObject({ payload: 'live again' })
  })

  test('I4: gets the newest state if history no longer reaches back to it', async () => {
    const { stage, slow } = await stopped(open, 'brief:1')
    await flood(stage, 'brief:1')
    slow.resume()
    const heard: StreamMessage[] = []
    while (heard.at(-1)?.type !== 'baro:reset') heard.push(await slow.message())
    expect(heard.slice(0, -1).map(({ offset }) => offset)).toEqual(
      heard.slice(0, -1).map((_message, index) => index + 1),
    )
    expect(heard.at(-1)?.payload).toEqual({ reason: 'trimmed' })
    await publishAll(stage.hub, 'brief:1', 'live again')
    expect(await slow.message()).toMatchObject({ payload: 'live again' })
  })

  test('holds up nobody else', async () => {
    const { stage } = await stopped(open, 'news:1')
    const quick = await open(stage, 'news:1')
    await quick.message()
    for (const [index, text] of texts.entries()) {
      await publishAll(stage.hub, 'news:1', text)
      expect((await quick.message()).offset).toBe(index + 1)
    }
    expect(stage.hub.counters.slow).toBe(1)
  })

  test('is ended when it took nothing for two heartbeat intervals, heartbeats or not', async () => {
    const { stage, slow } = await stopped(open, 'news:1')
    await flood(stage, 'news:1')
    // Time passes in steps: heartbeats that are written meanwhile must not count as taken.
    for (let passedMs = 0; passedMs < 75_000; passedMs += 5_000) {
      stage.clock.advance(5_000)
      await stage.ask('/baro/health')
    }
    expect(stage.hub.counters.sessions).toBe(0)
    slow.resume()
    await slow.over
  })
})
