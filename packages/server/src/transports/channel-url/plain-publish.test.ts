import { channel } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { atEnd } from '../../../test/http-stage.ts'
import { TextSocket } from '../../../test/stream-readers.ts'
import { createHub } from '../../hub/create-hub.ts'

const game = channel('game:{id}', {
  events: { moved: z.string(), ended: z.string() },
  signals: { typing: z.string() },
  requests: { score: { input: z.string(), output: z.number() } },
})

/** A hub with one channel. */
async function play(): Promise<string> {
  const hub = createHub({ channels: [game] })
  hub.on(game, {
    access: 'public',
    events: { moved: ({ payload, publish }) => publish('moved', payload) },
    signals: { typing: ({ payload, signal }) => signal('typing', payload) },
    requests: { score: () => 1 },
  })
  const { port, close } = await hub.listen(0, '127.0.0.1')
  atEnd(() => hub.close())
  atEnd(close)
  return `http://127.0.0.1:${port}/baro/channels/game:1`
}

/** What is said about a publish, over a plain WebSocket and by POST. */
async function said(body: string): Promise<readonly unknown[]> {
  const url = await play()
  const socket = new TextSocket(url)
  await socket.next()
  socket.say(body)
  const { payload } = await socket.message()
  const answer = await (await fetch(url, { method: 'POST', body })).json()
  return [(payload as { message?: string }).message, answer.error.message]
}

const both = (message: string) => [message, message]

describe('what is no publish is refused with what is wrong about it', () => {
  test.each([
    ['{"payload":"a"}', '"type" is missing'],
    ['{"type":5,"payload":"a"}', '"type" is no text'],
    ['{"type":"message"}', '"payload" is missing; send null if there is nothing to say'],
    ['{"type":"message","payload":"a","id":5}', '"id" is no text'],
  ])('%s', async (text, wrong) => {
    expect(await said(text)).toEqual(both(`This is not { "type", "payload", "id"? }: ${wrong}.`))
  })
})

describe('a type that no handler takes as a publication', () => {
  const only = 'a POST and a plain WebSocket only publish.'

  test.each([
    [
      'typing',
      `"typing" is a signal of "game:1", and was sent as an event. Send it with signal() of @baro/client; ${only}`,
    ],
    ['ended', 'No handler accepts "ended", an event of "game:1", from a client. Add one with hub.on.'],
    [
      'began',
      '"began" is not an event of "game:1". Define it, or correct the type. A hub knows what it was made with: restart it after an edit, `next dev` too.',
    ],
  ])('%s', async (type, message) => {
    expect(await said(JSON.stringify({ type, payload: 'a' }))).toEqual(both(message))
  })
})
