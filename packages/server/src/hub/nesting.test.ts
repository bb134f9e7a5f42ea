import { describe, expect, test } from 'vitest'
import { serve } from '../../test/http-stage.ts'
import { NetworkClient } from '../../test/network-client.ts'

const levels = 50_000
const deep = '['.repeat(levels) + ']'.repeat(levels)
const limits = { maxMessageBytes: 1 << 20 }

/** A message with something deep in each place where something may stand. */
const places: readonly [string, string][] = [
  ['its type', `{"type":${deep},"payload":{}}`],
  ['its payload', `{"type":"baro:connect","payload":${deep}}`],
  ['an unknown field', `{"type":"baro:heartbeat","payload":{},"more":${deep}}`],
  ['an unknown field of its payload', `{"type":"baro:heartbeat","payload":{"more":${deep}}}`],
  ['objects', `{"type":"baro:heartbeat","payload":{"more":${'{"a":'.repeat(levels)}0${'}'.repeat(levels)}}}`],
  ['nothing else', deep],
]

describe.each(places)('I7: a message that nests 50,000 levels deep in %s is refused without a trace', (_, message) => {
  test('in a POST of a whole session', async () => {
    const { ask, log } = await serve({ limits })
    const alone = await ask('/baro/connect?wait=0', { method: 'POST', body: `{"messages":[${message}]}` })
    expect([alone.status, alone.body.messages]).toEqual([
      200,
      [{ type: 'baro:error', payload: { code: 'bad-message', message: expect.any(String) } }],
    ])
    const beside = await ask('/baro/connect?wait=0', { method: 'POST', body: `{"messages":[],"more":${message}}` })
    expect([beside.status, beside.body.error?.code]).toEqual([400, 'bad-message'])
    expect([...log.warnings, ...log.errors]).toEqual([])
  })

  test('in a POST to a channel', async () => {
    const { ask, log } = await serve({ limits })
    const answer = await ask('/baro/channels/news:1', { method: 'POST', body: message })
    expect([answer.status, answer.body.error?.code]).toEqual([400, 'bad-message'])
    expect([...log.warnings, ...log.errors]).toEqual([])
  })

  test.each(['/baro/connect', '/baro/channels/news:1'])('on a WebSocket of %s, which stays open', async (path) => {
    const { url, log } = await serve({ limits })
    const client = await NetworkClient.connect(url(path).replace('http', 'ws'))
    for (let times = 0; times < 2; times++) {
      client.webSocket.send(message)
      let heard = await client.next()
      while (!('code' in heard.payload && heard.payload.code === 'bad-message')) heard = await client.next()
      expect(heard.type).toBe('baro:error')
    }
    expect([...log.warnings, ...log.errors]).toEqual([])
  })
})
