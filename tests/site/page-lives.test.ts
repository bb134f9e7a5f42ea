import { expect, test } from 'vitest'
import { cachedPage, shortHistories } from '../../examples/site/server/page-lives.ts'

const html =
  '<script>self.__next_f.push([1,"{\\"channel\\":\\"machine\\",\\"position\\":\\"1a\\"}{\\"channel\\":\\"machine\\""])</script>'

test('a page that is cached for longer than a channel keeps history is named, with both numbers', () => {
  const cacheControl = 's-maxage=3600, stale-while-revalidate=31532400'
  const page = cachedPage({ path: '/en/machine', cacheControl, html })
  expect(page).toEqual({ path: '/en/machine', lifeSeconds: 3_600, channels: ['machine'] })
  expect(shortHistories([page], new Map([['machine', 300]]))).toEqual([
    '"machine" keeps 300 s of history, and /en/machine is cached for 3600 s: older pages are reset. Keep more, or lower "revalidate".',
  ])
  expect(shortHistories([page], new Map([['machine', 3_600]]))).toEqual([])
  expect(shortHistories([page], new Map())).toEqual([])
})
