import { describe, expect, test } from 'vitest'
import { isSameSpeaker, speakerName } from '../../examples/site/components/room/speaker.ts'
import { unreadAfter } from '../../examples/site/components/room/use-unread.ts'
import { visitorOf } from '../../examples/site/server/visitor-of.ts'

describe('a speaker', () => {
  test('is one browser under one name: two guests are two speakers, and nobody unknown is merged', () => {
    expect(isSameSpeaker({ by: 'a' }, { by: 'a' })).toBe(true)
    expect(isSameSpeaker({ by: 'a' }, { by: 'b' })).toBe(false)
    expect(isSameSpeaker({ by: 'a', name: 'Ada' }, { by: 'a', name: 'Eve' })).toBe(false)
    expect(isSameSpeaker({}, {})).toBe(false)
    expect(isSameSpeaker(undefined, { by: 'a' })).toBe(false)
  })

  test('without a name is a guest in the reader’s language, told apart from others', () => {
    expect(speakerName({ by: '3fa2c0' }, { guest: '손님' })).toBe('손님 3fa2')
    expect(speakerName({}, { guest: 'Guest' })).toBe('Guest')
    expect(speakerName({ name: 'Ada', by: '3fa2c0' }, { guest: 'Guest' })).toBe('Ada')
  })

  test('is known by a name that does not tell the secret of the browser', async () => {
    const of = async (token?: string) => visitorOf({ headers: {}, ...(token !== undefined && { token }) })
    const secret = 'abcdefghijklmnop'
    expect(await of(secret)).toEqual({ id: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(await of(secret)).toEqual(await of(secret))
    expect(await of(`${secret}q`)).not.toEqual(await of(secret))
    expect(await of()).toBeUndefined()
    expect(await of('short')).toBeUndefined()
    expect(await of('x'.repeat(5_000))).toBeUndefined()
  })
})

test('unread is what came after the message that was seen last', () => {
  expect(unreadAfter(undefined, ['a', 'b'])).toBe(0)
  expect(unreadAfter('a', ['a', 'b', 'c'])).toBe(2)
  expect(unreadAfter('gone', ['b', 'c'])).toBe(2)
})
