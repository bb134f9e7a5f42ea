import { channel } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { pageParams } from './page-params.ts'

const room = channel('room:{id}')
const short = channel('short:{id}', { params: { id: (id) => id.length < 5 } })

describe('the params of a page are decoded once', () => {
  test.each(['1', '한글', 'a b', 'a+b', 'a/b', 'a:b', '100%', '%41', '%25', '%ED%95%9C', '%ff', '%', "!'()*~"])(
    '%s',
    async (id) => {
      expect(await pageParams(room, Promise.resolve({ id: encodeURIComponent(id) }))).toEqual({ id })
    },
  )

  test('together with those that the channel does not name', async () => {
    const params = { id: '1', lang: '%ED%95%9C', rest: ['a%20b', 'c'] as readonly string[] }
    expect(await pageParams(room, params)).toEqual({ id: '1', lang: '한', rest: ['a b', 'c'] })
  })

  test.each(['한글', 'a b', 'a:b', '100%', '%41', '%ff'])(
    '%s, which metadata gets like this, stays as it is',
    async (id) => {
      expect(await pageParams(room, Promise.resolve({ id }))).toEqual({ id })
    },
  )
})

describe('what names no channel is not found', () => {
  test.each([
    ['a value that the rule of the channel does not accept', short, 'x'.repeat(5)],
    ['a malformed escape that it does not accept', short, '%ff%ff'],
    ['a name that is too long', room, 'x'.repeat(256)],
    ['half a character', room, '\ud800'],
    ['nothing', room, ''],
  ])('%s', async (_, definition, id) => {
    await expect(pageParams(definition, { id })).rejects.toMatchObject({ digest: 'NEXT_HTTP_ERROR_FALLBACK;404' })
  })

  test('but an error of the rule is its own', async () => {
    const broken = channel('broken:{id}', {
      params: {
        id: () => {
          throw new Error('the rule is broken')
        },
      },
    })
    await expect(pageParams(broken, { id: '1' })).rejects.toThrow('the rule is broken')
  })
})
