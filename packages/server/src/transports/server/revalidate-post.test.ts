import { expect, test } from 'vitest'
import { room } from '../../../test/fake-client.ts'
import { servePages } from '../../../test/pages-stage.ts'
import { createServerKey, type KeyAction } from '../../access/server-key.ts'

const cms = createServerKey('cms')

async function stage(actions: readonly KeyAction[] = ['revalidate']) {
  const keys = [{ name: 'cms', hashes: [cms.hash], channels: ['room:1'], actions }]
  const pages = await servePages(undefined, undefined, { keys })
  for (const path of ['/a', '/b', '/b']) await pages.page(path)
  const post = (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${cms.key}` }) =>
    pages.ask('/baro/revalidate', { method: 'POST', headers, body: JSON.stringify(body) })
  const isMarked = async (path: string) => (await pages.page(path)).cacheStatus.includes('marked')
  return { ask: pages.ask, post, isMarked }
}

test('a program marks the pages of a path, and of a channel of its key', async () => {
  const { post, isMarked } = await stage()
  expect((await post({ paths: ['/a'] })).status).toBe(200)
  expect([await isMarked('/a'), await isMarked('/b')]).toEqual([true, false])
  expect((await post({ channels: [room({ id: '1' }).channel] })).status).toBe(200)
  expect([await isMarked('/a'), await isMarked('/b')]).toEqual([true, true])
})

test.each<[string, unknown, readonly KeyAction[], number, string]>([
  ['a channel that the key is not for', { paths: ['/a'], channels: ['room:2'] }, ['revalidate'], 403, 'refused'],
  ['a key that may only publish', { paths: ['/a'] }, ['publish'], 403, 'refused'],
  ['nothing', {}, ['revalidate'], 400, 'bad-message'],
  ['what is no path', { paths: ['a?b'] }, ['revalidate'], 400, 'bad-message'],
  ['too many', { paths: Array.from({ length: 101 }, () => '/a') }, ['revalidate'], 413, 'too-large'],
])('%s is refused, and marks nothing', async (_, body, actions, status, code) => {
  const { post, isMarked } = await stage(actions)
  const answer = await post(body)
  expect([answer.status, answer.body.error?.code]).toEqual([status, code])
  expect(await isMarked('/a')).toBe(false)
})

test('nobody without a key marks anything, and it is a POST', async () => {
  const { post, ask } = await stage()
  expect((await post({ paths: ['/a'] }, {})).status).toBe(401)
  expect((await ask('/baro/revalidate')).status).toBe(405)
})
