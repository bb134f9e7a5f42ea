import { describe, expect, test } from 'vitest'
import { openingAnswer, wrongHandshake } from './opening-handshake.ts'

// The example of RFC 6455 §1.3.
const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const headers = { upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key }

describe('the opening handshake', () => {
  test('is answered as RFC 6455 says', () => {
    expect(wrongHandshake(headers)).toBeUndefined()
    expect(openingAnswer(key, undefined)).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    )
  })

  test('says which extension was accepted', () => {
    expect(openingAnswer(key, 'permessage-deflate')).toMatch(
      /=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n$/,
    )
  })

  test('takes the name of the protocol in any case', () => {
    expect(wrongHandshake({ ...headers, upgrade: 'WebSocket' })).toBeUndefined()
  })

  test.each([
    ['another protocol', { upgrade: 'h2c' }, 400],
    ['no protocol', { upgrade: undefined }, 400],
    ['another version', { 'sec-websocket-version': '8' }, 426],
    ['no version', { 'sec-websocket-version': undefined }, 426],
    ['a key that is too short', { 'sec-websocket-key': 'dGhl' }, 400],
    ['a key with something behind it', { 'sec-websocket-key': `${key}\n` }, 400],
    ['no key', { 'sec-websocket-key': undefined }, 400],
  ])('with %s opens nothing', (_, other, status) => {
    expect(wrongHandshake({ ...headers, ...other })?.status).toBe(status)
  })

  test('with another version is told which one there is', () => {
    expect(wrongHandshake({ ...headers, 'sec-websocket-version': '8' })?.headers).toBe('Sec-WebSocket-Version: 13\r\n')
  })
})
