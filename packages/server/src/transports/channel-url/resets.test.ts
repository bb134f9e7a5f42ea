/**
 * A position that cannot be continued is answered on every transport by the same reset, with the newest snapshot (I4,
 * I6).
 */
import { describe, expect, test } from 'vitest'
import { type HttpStage, publishAll, serve } from '../../../test/http-stage.ts'
import { EventReader, type StreamMessage, TextSocket } from '../../../test/stream-readers.ts'

interface Reset {
  readonly reason: unknown
  readonly snapshot: unknown
  readonly position: unknown
}

type Way = (stage: HttpStage, position: string | undefined) => Promise<Reset>

const after = (position: string | undefined) => (position === undefined ? '' : `after=${position}`)

const ofStream = ({ payload, position }: StreamMessage): Reset => ({ ...(payload as Reset), position })

const poll =
  (query: string): Way =>
  async ({ ask }, position) => {
    const { body } = await ask(`/baro/channels/room:1?${after(position ?? 'none')}${query}`)
    expect(body.publications).toEqual([])
    return { reason: body.reset, snapshot: body.snapshot, position: body.position }
  }

const connecting = (position: string | undefined) =>
  JSON.stringify({
    messages: [
      { type: 'baro:connect', payload: { protocol: 1, client: 'somebody' } },
      { type: 'baro:subscribe', payload: { channel: 'room:1', attempt: 1, version: '1', position } },
    ],
  })

const ways: Readonly<Record<string, Way>> = {
  poll: poll(''),
  'long poll': poll('&wait=25'),
  'plain SSE': async ({ url }, position) =>
    ofStream(await (await EventReader.open(url(`/baro/channels/room:1?live=sse&${after(position)}`))).message()),
  'plain SSE with Last-Event-ID': async ({ url }, position) => {
    const headers = position === undefined ? {} : { 'last-event-id': position }
    return ofStream(await (await EventReader.open(url('/baro/channels/room:1?live=sse'), { headers })).message())
  },
  'plain WebSocket': async ({ url }, position) =>
    ofStream(await new TextSocket(url(`/baro/channels/room:1?${after(position)}`)).message()),
  'SSE of the SDK': async ({ url }, position) => {
    const reader = await EventReader.open(url('/baro/connect'), { method: 'POST', body: connecting(position) })
    await reader.message()
    return (await reader.message()).payload as Reset
  },
  'long poll of the SDK': async ({ ask }, position) => {
    const { body } = await ask('/baro/connect?wait=25', { method: 'POST', body: connecting(position) })
    return body.messages.find(({ type }) => type === 'baro:reset')?.payload as unknown as Reset
  },
}

describe.each(Object.entries(ways))('%s', (_, way) => {
  test.each<[string, (positions: readonly string[]) => string | undefined]>([
    ['none', () => undefined],
    ['none', () => 'none'],
    ['queried', () => '1q.database.5.4.1~1'],
    ['epoch', ([first = '']) => first.replace(/^1a\.[^.]+/, '1a.another')],
    ['beyond-head', ([first = '']) => first.replace(/\.1\./, '.99.')],
    ['trimmed', ([first]) => first],
    ['rewritten', (positions) => positions[6]?.replace(/[^.]+$/, 'zzzzzz')],
  ])('I4: reset %s comes with the newest snapshot and its position', async (reason, from) => {
    const stage = await serve()
    // The history holds five.
    const positions = await publishAll(stage.hub, 'room:1', ...'abcdefgh')
    const reset = await way(stage, from(positions))
    expect(reset).toMatchObject({ reason, snapshot: [...'abcdefgh'], position: positions[7] })
    expect(stage.hub.counters.reset[reason as 'none']).toBe(1)
  })
})
