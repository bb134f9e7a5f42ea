import { createHub } from '@baro/server'
import { afterEach, expect, test } from 'vitest'
import { type InspectorOptions, mount } from './index.ts'

const key = 'an inspector key that nobody guesses'
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(options: InspectorOptions = {}, place = '/baro/inspect') {
  const hub = createHub({ channels: [], log: { info() {}, warn() {}, error() {} } })
  expect(mount(hub, { key, ...options }).path).toBe(place)
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(close, () => hub.close())
  return (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${place}${path}`, { redirect: 'manual', ...init })
}

const signIn = (shown: string) => ({ method: 'POST', body: new URLSearchParams({ key: shown }).toString() })

test('whoever signs in with the key gets a cookie that no script reads, and that ends', async () => {
  const ask = await serve()
  expect((await ask('/sign-in', signIn('another key that nobody guesses'))).status).toBe(401)
  const signedIn = await ask('/sign-in', signIn(key))
  const cookie = signedIn.headers.get('set-cookie') ?? ''
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/baro/inspect'])
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
  expect(cookie).not.toContain(key)
  const [value = ''] = cookie.split(';')
  expect((await ask('', { headers: { cookie: value } })).status).toBe(200)
  const later = value.replace(/=\d+/, (ends) => `=${Number(ends.slice(1)) + 1}`)
  expect((await ask('', { headers: { cookie: later } })).status).toBe(401)
  expect((await ask('', { headers: { cookie: value.replace(/=\d+/, '=1') } })).status).toBe(401)
})

test('a page of another origin cannot sign in, nor use the cookie', async () => {
  const ask = await serve()
  const cookie = (await ask('/sign-in', signIn(key))).headers.get('set-cookie')?.split(';')[0] ?? ''
  const other = { origin: 'http://127.0.0.1:1', cookie }
  expect((await ask('/sign-in', { ...signIn(key), headers: other })).status).toBe(403)
  expect((await ask('/api/nodes', { headers: other })).status).toBe(403)
  expect((await ask('/api/nodes', { headers: { cookie, 'sec-fetch-site': 'same-site' } })).status).toBe(403)
  expect((await ask('/api/nodes', { headers: { cookie, 'sec-fetch-site': 'same-origin' } })).status).toBe(200)
})

test('the page lets nothing of elsewhere run, and is in no frame and no cache', async () => {
  const ask = await serve()
  const { headers } = await ask('', { headers: { authorization: `Bearer ${key}` } })
  expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
  expect(headers.get('content-security-policy')).not.toContain('unsafe')
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('cache-control')).toBe('no-store')
})

test.each([
  ['look', '/look'],
  ['/look/', '/look'],
  ['/살펴보기', '/%EC%82%B4%ED%8E%B4%EB%B3%B4%EA%B8%B0'],
])('at %j it is at %s, with what the page is made of', async (path, place) => {
  const ask = await serve({ path }, place)
  const headers = { authorization: `Bearer ${key}` }
  expect(await (await ask('', { headers })).text()).toContain(`src="${place}/page.js"`)
  expect((await ask('/page.js', { headers })).status).toBe(200)
  expect((await ask('/api/nodes', { headers })).status).toBe(200)
})

test('a path that no URL has is refused by the name of who was given it', () => {
  expect(() => mount(createHub({ channels: [] }), { path: '/look?' })).toThrow('mount of @baro/inspector: "path" is')
})
