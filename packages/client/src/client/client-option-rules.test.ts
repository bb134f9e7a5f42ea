import { BaroError } from '@baro/core'
import { systemClock, systemRandomness } from '@baro/core/broker'
import { describe, expect, it } from 'vitest'
import { createClient } from '../checked.ts'
import { createClient as createWebSocketClient } from '../checked-websocket.ts'
import { createHttpTransport, createWebSocketTransport } from '../transports.ts'
import type { LadderClientOptions } from './ladder-client.ts'

/** What the door says about options that its types do not allow either. */
function refusalOf(options: unknown, create: (options: never) => unknown = createClient): unknown {
  try {
    create(options as never)
  } catch (error) {
    return error instanceof BaroError ? `${error.code} ${error.message}` : error
  }
  return undefined
}

describe('the options of a client, at the door that checks them', () => {
  it.each<[string, unknown, string]>([
    ['a word that is misspelt', { lingersMs: 5 }, 'there is no option "lingersMs". Did you mean "lingerMs"?'],
    ['a word of another library', { reconnection: true }, 'there is no option "reconnection". Known are: url, token'],
    ['a wait that is none', { lingerMs: Number.NaN }, '"lingerMs" is NaN. Give milliseconds, from 0 to'],
    ['a negative wait', { handshakeTimeoutMs: -1 }, '"handshakeTimeoutMs" is -1. Give milliseconds, from 1 to'],
    ['a wait as text', { requestTimeoutMs: '30s' }, '"requestTimeoutMs" is "30s". Give milliseconds, from 1 to'],
    ['seconds for ever', { lingerMs: Infinity }, '"lingerMs" is Infinity.'],
    ['no bytes at all', { maxOutboxBytes: -5 }, '"maxOutboxBytes" is -5. Give bytes: a whole number from 0 on'],
    ['no tries', { maxAttempts: 0 }, '"maxAttempts" is 0. Give tries in a row: a whole number from 1 on, or Infinity'],
    [
      'a part of the backoff',
      { backoff: { baseMS: 5 } },
      'there is no option "backoff.baseMS". Did you mean "baseMs"?',
    ],
    ['a wait of the backoff', { backoff: { baseMs: 0 } }, '"backoff.baseMs" is 0.'],
    [
      'what will be a token',
      { token: Promise.resolve('ey…') },
      '"token" is an object. Give a token as text, or a function',
    ],
    [
      'a url with a query',
      { url: '/baro?x=1' },
      '"url" is "/baro?x=1". Give a "/path" of the page, or "https://host/path"',
    ],
    ['a url without its beginning', { url: 'shop.example/baro' }, '"url" is "shop.example/baro".'],
    ['a URL as an object', { url: new URL('https://shop.example/baro') }, '"url" is an object.'],
    ['no rung', { rungs: [] }, '"rungs" is a list. Give a list of some of "websocket", "sse", "long-poll", "poll".'],
    ['a rung of another library', { rungs: ['polling'] }, '"rungs" is a list.'],
    ['the class of a transport', { transport: class WebSocket {} }, '"transport" is'],
    ['a function as log', { log: () => {} }, 'Give an object with info(), warn(), error().'],
    [
      'no options at all',
      'https://shop.example/baro',
      'the options must be an object, not "https://shop.example/baro".',
    ],
  ])('%s is refused by its name, with what is right', (_, options, words) => {
    expect(refusalOf(options)).toContain(`bad-definition createClient: ${words}`.slice(0, 28))
    expect(refusalOf(options)).toContain(words)
  })

  it('are taken where they are right, and where they are undefined', () => {
    const all: Required<LadderClientOptions> = {
      url: 'wss://shop.example/baro',
      token: () => undefined,
      transport: createWebSocketTransport(),
      maxAttempts: Infinity,
      backoff: { baseMs: 100, maxMs: undefined },
      lingerMs: 0,
      handshakeTimeoutMs: 5_000,
      requestTimeoutMs: Infinity,
      maxOutboxBytes: 1 << 20,
      wake: { listen: () => () => {} },
      reload: () => {},
      log: console,
      clock: systemClock,
      randomness: systemRandomness,
      rungs: ['websocket', 'poll'],
    }
    expect(refusalOf(all)).toBeUndefined()
    expect(refusalOf({ ...all, transport: createHttpTransport('sse'), token: 'ey…' })).toBeUndefined()
    for (const name of Object.keys(all)) expect(refusalOf({ [name]: undefined })).toBeUndefined()
    expect(refusalOf({})).toBeUndefined()
  })

  it('of the client over WebSocket alone are the same without its rungs', () => {
    expect(refusalOf({ lingerMs: -1 }, createWebSocketClient)).toContain('"lingerMs" is -1.')
    expect(refusalOf({ rungs: ['websocket'] }, createWebSocketClient)).toContain('there is no option "rungs".')
    expect(refusalOf({ url: '/baro' }, createWebSocketClient)).toBeUndefined()
  })
})
