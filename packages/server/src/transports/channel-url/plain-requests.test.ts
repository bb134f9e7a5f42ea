/** Who speaks plain HTTP or plain WebSocket asks as well, and the asker alone gets the answer: the echo of every tutorial. */
import { describe, expect, test } from 'vitest'
import { room } from '../../../test/fake-client.ts'
import { atEnd } from '../../../test/http-stage.ts'
import { TextSocket } from '../../../test/stream-readers.ts'
import type { AnyHandlers } from '../../channel/handlers.ts'
import { createHub } from '../../hub/create-hub.ts'

const echo = (text: string, more: object = {}) => JSON.stringify({ type: 'echo', payload: { text }, ...more })
const path = '/baro/channels/room:1'

async function open(handlers: Partial<AnyHandlers> = {}) {
  const quiet = { info() {}, warn() {}, error() {} }
  const hub = createHub({ channels: [room], log: quiet })
  hub.on(room, { access: 'public', requests: { echo: ({ payload }) => payload }, ...handlers })
  const { server, close } = await hub.listen(0, '127.0.0.1')
  atEnd(() => hub.close())
  atEnd(close)
  const { port } = server.address() as { port: number }
  const post = async (body: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body })
    return { status: answer.status, body: await answer.json() }
  }
  const socket = (query = '') => new TextSocket(`http://127.0.0.1:${port}${path}${query}`)
  return { hub, post, socket }
}

describe('a request on a plain WebSocket', () => {
  test('is answered to its sender alone, with its id', async () => {
    const { hub, socket } = await open()
    const [asker, other] = [socket(), socket()]
    await Promise.all([asker.next(), other.next()])
    asker.say(echo('hi', { id: 'q1' }), echo('ho'))
    const answers = [await asker.message(), await asker.message()]
    expect(answers).toEqual([
      { type: 'baro:answer', payload: { id: 'q1', payload: { text: 'hi' } } },
      { type: 'baro:answer', payload: { payload: { text: 'ho' } } },
    ])
    expect([other.unread, hub.counters.published]).toEqual([0, 0])
  })

  test('in a view of payloads is the answer alone', async () => {
    const { hub, socket } = await open()
    const asker = socket('?view=payload')
    asker.say(echo('hi'))
    expect(await asker.next()).toBe('{"text":"hi"}')
    expect(hub.counters.published).toBe(0)
  })

  test.each([
    ['its schema refuses it', '{"type":"echo","payload":{"text":7},"id":"q"}', {}, 'invalid-payload'],
    [
      'its handler fails',
      echo('hi', { id: 'q' }),
      { requests: { echo: () => Promise.reject(new Error('no')) } },
      'handler-failed',
    ],
    ['the rule refuses it', echo('hi', { id: 'q' }), { access: ({ action }) => action === 'read' }, 'refused'],
    ['nobody handles it', echo('hi', { id: 'q' }), { requests: {} }, 'not-accepted'],
  ] as readonly [string, string, Partial<AnyHandlers>, string][])(
    'is refused with its id if %s',
    async (_, text, handlers, code) => {
      const { socket } = await open(handlers)
      const asker = socket()
      await asker.next()
      asker.say(text)
      expect(await asker.message()).toMatchObject({ type: 'baro:error', payload: { code, id: 'q' } })
    },
  )
})

test('a request by POST is answered with its payload, or its error', async () => {
  const { post } = await open()
  expect(await post(echo('hi'))).toEqual({ status: 200, body: { payload: { text: 'hi' } } })
  expect(await post(echo('hi', { id: 'q' }))).toEqual({ status: 200, body: { id: 'q', payload: { text: 'hi' } } })
  expect(await post('{"type":"echo","payload":7}')).toMatchObject({ status: 422 })
})
