import { channel } from '@baro/core'
import { createHub } from '@baro/server'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { plainText, safeHtml } from './index.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const board = channel('board', {
  events: {
    html: safeHtml(),
    text: plainText({ maxLength: 20 }),
    article: z.object({ title: z.string().transform(plainText().clean), body: z.string().transform(safeHtml().clean) }),
  },
  state: {
    initial: (): unknown[] => [],
    on: {
      html: (list, { payload }) => [...list, payload],
      text: (list, { payload }) => [...list, payload],
      article: (list, { payload }) => [...list, payload],
    },
  },
})

/** A hub, and what its handlers got. */
async function serve() {
  const hub = createHub({ channels: [board] })
  const handled: unknown[] = []
  hub.on(board, {
    access: 'public',
    events: {
      html: ({ payload, publish }) => {
        handled.push(payload)
        return publish('html', payload)
      },
      text: ({ payload, publish }) => publish('text', payload),
      article: ({ payload, publish }) => publish('article', payload),
    },
  })
  const listening = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), listening.close)
  const url = `http://127.0.0.1:${listening.port}/baro/channels/board`
  return {
    handled,
    send: (type: string, payload: unknown) => fetch(url, { method: 'POST', body: JSON.stringify({ type, payload }) }),
    list: async () => (await fetch(`${url}?view=state`)).json(),
  }
}

test('HTML is cleaned once, when it arrives, and is not escaped again when the handler passes it on', async () => {
  const { handled, send, list } = await serve()
  await send('html', '1 < 2 &amp; <b onclick=hit()>b</b><script>hit()</script>')
  const clean = '1 &lt; 2 &amp; <b>b</b>'
  expect(handled).toEqual([clean])
  expect(await list()).toEqual([clean])
})

test('fields of an object are cleaned by its own schema', async () => {
  const { send, list } = await serve()
  await send('article', { title: '<b>\u202e', body: '&lt;<i>x' })
  expect(await list()).toEqual([{ title: '<b>', body: '&lt;<i>x</i>' }])
})

test('a text that is too long, or none, is refused with a code, and nothing is published', async () => {
  const { send, list } = await serve()
  for (const [type, payload] of [
    ['text', 'a'.repeat(21)],
    ['text', { toString: '<b>' }],
    ['html', 7],
  ] as const)
    expect(await (await send(type, payload)).json()).toMatchObject({ error: { code: 'invalid-payload' } })
  expect(await list()).toEqual([])
})
