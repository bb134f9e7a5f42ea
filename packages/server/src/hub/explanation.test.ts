import { BaroError, channel, errorCodes } from '@baro/core'
import { afterEach, expect, test } from 'vitest'
import { createHub } from './create-hub.ts'
import { docsOf, explanationAt } from './explanation.ts'

const room = channel('room:{id}')
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(path?: string) {
  const hub = createHub({ channels: [room], ...(path !== undefined && { path }) })
  hub.on(room, { access: ({ user }) => user !== undefined })
  const { port, close } = await hub.listen(0)
  ends.push(() => hub.close(), close)
  return `http://localhost:${port}`
}

test.each([undefined, '/live/baro'])('an error leads to its explanation, of a hub at %s', async (path) => {
  const origin = await serve(path)
  const refused = await fetch(`${origin}${path ?? '/baro'}/channels/room:1`)
  const { error } = (await refused.json()) as { error: { code: string; docs: string } }
  expect(error).toEqual({ code: 'refused', message: expect.any(String), docs: `${path ?? '/baro'}/errors/refused` })
  const explained = await fetch(origin + error.docs)
  expect(explained.status).toBe(200)
  expect(explained.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(await explained.text()).toMatch(/^refused\n\nThe access rule /)
})

test.each(Object.keys(errorCodes))('%s is explained, in both languages', (code) => {
  const english = explanationAt(`/errors/${code}`, {})
  const korean = explanationAt(`/errors/${code}`, { 'accept-language': 'ko-KR,ko;q=0.9,en-US;q=0.8' })
  expect(english).toMatch(/^[a-z-]+\n\n[A-Z`]/)
  expect(korean).toMatch(/^[a-z-]+\n\n.*\p{Script=Hangul}/u)
  expect(docsOf('/baro', code)).toBe(`/baro/errors/${code}`)
})

test.each([
  ['de-DE,en;q=0.7,ko;q=0.3', 'en'],
  ['fr, ko', 'ko'],
  ['kok', 'en'],
  ['', 'en'],
])('who accepts %j is told in %s', (accepted, language) => {
  const isKorean = /\p{Script=Hangul}/u.test(explanationAt('/errors/refused', { 'accept-language': accepted }) ?? '')
  expect(isKorean ? 'ko' : 'en').toBe(language)
})

test('what is no error is not explained, and leads nowhere', async () => {
  const origin = await serve()
  for (const path of ['/errors', '/errors/', '/errors/constructor', '/errors/refused/more']) {
    const answer = await fetch(`${origin}/baro${path}`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 'unknown-channel' } })
  }
  expect(docsOf('/baro', 'trimmed')).toBeUndefined()
})

test('it is told by GET and HEAD alone', async () => {
  const origin = await serve()
  expect((await fetch(`${origin}/baro/errors/refused`, { method: 'HEAD' })).status).toBe(200)
  const posted = await fetch(`${origin}/baro/errors/refused`, { method: 'POST', body: '{}' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
})

test('a publish of the application tells no path: what it gets is an error, and no answer', async () => {
  const hub = createHub({ channels: [room] })
  ends.push(() => hub.close())
  hub.on(room, { access: 'public' })
  const failed = hub.publish(room({ id: 1 }), 'message' as never, {} as never)
  await expect(failed).rejects.toBeInstanceOf(BaroError)
})
