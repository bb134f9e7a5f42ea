import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { expect, test } from 'vitest'
import { frameText } from '../../examples/site/components/live/frame-text.ts'

const signaled = (payload: unknown) =>
  ({ type: 'baro:signaled', payload: { channel: 'room:1', type: 'typing', payload } }) as ServerMessage

test('a message is shown as JSON', () => {
  expect(frameText({ type: 'baro:unsubscribe', payload: { channel: 'room:1' } } as ClientMessage)).toBe(
    '{"type":"baro:unsubscribe","payload":{"channel":"room:1"}}',
  )
})

test('who this browser is, is hidden; what somebody wrote under the same names is not', () => {
  const greeting: ClientMessage = { type: 'baro:connect', payload: { protocol: 1, client: 'secret', token: 'a.b.c' } }
  for (const message of [greeting, { type: 'baro:refresh', payload: { token: 'a.b.c' } } as const])
    expect(frameText(message)).not.toMatch(/secret|a\.b\.c/)
  expect(frameText(signaled({ token: 'mine' }))).toContain('"token":"mine"')
})

test('a long message is cut, and bytes are counted', () => {
  const text = frameText(signaled({ text: 'x'.repeat(10_000), name: 'y' }))
  expect(text.length).toBeLessThan(700)
  expect(text).toMatch(/^\{"type":"baro:signaled".*x… \(101\d\d\)$/)
  expect(frameText(signaled({ image: new Uint8Array(2_000) }))).toContain('"image":"(2000 bytes)"')
})
