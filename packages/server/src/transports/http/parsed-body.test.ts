import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import bodyParser from 'body-parser'
import { describe, expect, test } from 'vitest'
import { atEnd, serve } from '../../../test/http-stage.ts'

type Parser = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/** An application whose body parser sees each request before the hub does. */
async function application(parse: Parser, options: Parameters<typeof serve>[0] = {}) {
  const stage = await serve(options)
  const mounted = stage.hub.serve({ channel: 'chat:1' } as never, { view: 'state' })
  const server = createServer((request, response) =>
    parse(request, response, () => {
      if (!stage.hub.handle(request, response)) mounted(request, response)
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => server.close())
  atEnd(() => server.closeAllConnections())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const post = async (body: BodyInit, path = '/api/messages', type = 'application/json') => {
    const response = await fetch(base + path, { method: 'POST', body, headers: { 'content-type': type } })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const state = async () => (await fetch(`${base}/api/messages`)).json()
  return { post, state }
}

const parsers: readonly (readonly [string, () => Parser])[] = [
  ['json()', () => bodyParser.json()],
  ['text()', () => bodyParser.text({ type: '*/*' })],
  ['raw()', () => bodyParser.raw({ type: '*/*' })],
]
const message = '{"type":"message","payload":"안녕"}'

describe.each(parsers)('behind %s of body-parser', (_, parser) => {
  test('a publish is the one that was sent', async () => {
    const { post, state } = await application(parser())
    expect((await post(message)).status).toBe(200)
    expect((await post(message, '/baro/channels/chat:1')).status).toBe(200)
    expect(await state()).toEqual(['안녕', '안녕'])
  })

  test('a session of the SDK is the one that was asked for', async () => {
    const { post } = await application(parser())
    const connect = { type: 'baro:connect', payload: { protocol: 1, client: 'a-secret-of-mine' } }
    const subscribe = { type: 'baro:subscribe', payload: { channel: 'chat:1', attempt: 1, version: '1' } }
    const { body } = await post(JSON.stringify({ messages: [connect, subscribe] }), '/baro/connect?wait=0')
    expect(body).toMatchObject({ messages: [{ type: 'baro:connected' }, { type: 'baro:reset' }] })
  })

  test('I7: a body is as long as the hub allows, however long the parser does', async () => {
    const { post } = await application(parser(), { limits: { maxMessageBytes: 1_000 } })
    const long = JSON.stringify({ type: 'message', payload: '가'.repeat(400) })
    expect(await post(long)).toMatchObject({ status: 413, body: { error: { code: 'too-large' } } })
  })

  test('__proto__ is refused as without a parser', async () => {
    const { post } = await application(parser())
    const { status } = await post('{"type":"message","payload":{"__proto__":{}}}')
    expect(status).toBe(400)
  })
})

test('a body that the parser left alone is read by the hub', async () => {
  const { post, state } = await application(bodyParser.json())
  expect((await post(message, '/api/messages', 'text/plain')).status).toBe(200)
  expect(await state()).toEqual(['안녕'])
})

test('a form is read as its fields', async () => {
  const { post, state } = await application(bodyParser.urlencoded({ extended: false }))
  expect((await post('type=message&payload=hi', '/api/messages', 'application/x-www-form-urlencoded')).status).toBe(200)
  expect(await state()).toEqual(['hi'])
})

test('a body that somebody read and did not keep is answered with what to do', async () => {
  const { post } = await application((request, _, next) => {
    request.resume().on('end', next)
  })
  const { status, body } = await post(message)
  expect(status).toBe(400)
  expect(body).toMatchObject({ error: { message: expect.stringContaining('request.body') } })
})
