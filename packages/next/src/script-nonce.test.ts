/** By what inline scripts run: what one visitor gets by a nonce, what is kept by its hashes. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHub, type Hub } from '@baro/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { interceptServer } from './intercept-server.ts'

const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'"
const nonceIn = (text: unknown) => /'nonce-([\w+/]+=*)'/.exec(String(text))?.[1]

let server: Server
let hub: Hub

/** Answers as Next does: what it renders for one visitor carries the nonce of the request on its scripts. */
function next(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-security-policy', policy)
  response.setHeader('content-type', 'text/html')
  const nonce = nonceIn(request.headers['content-security-policy'])
  if (request.url === '/kept') response.setHeader('cache-control', 's-maxage=3600')
  else response.setHeader('cache-control', 'private, no-store')
  if (request.url === '/cached-by-next') response.setHeader('x-nextjs-prerender', '1')
  // In pieces, as it streams.
  response.write('<!doctype html>')
  response.end(`<script${nonce === undefined ? '' : ` nonce="${nonce}"`}>one()</script>`)
}

beforeEach(async () => {
  hub = createHub({ channels: [] })
  server = createServer(next).listen(0)
  await once(server, 'listening')
})

afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await hub.close()
})

async function read(path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`http://localhost:${(server.address() as AddressInfo).port}${path}`, { headers })
  return { policy: answer.headers.get('content-security-policy') ?? '', html: await answer.text() }
}

test('what is rendered for one visitor gets a nonce of its own, in its policy and on its scripts', async () => {
  interceptServer(server, () => hub, { isStrict: true })
  const [one, other] = [await read('/mine'), await read('/mine')]
  for (const { policy, html } of [one, other]) {
    expect(policy).toBe(`default-src 'self'; script-src 'self' 'nonce-${nonceIn(policy)}'; style-src 'unsafe-inline'`)
    expect(html).toContain(`<script nonce="${nonceIn(policy)}">`)
  }
  expect(nonceIn(one.policy)).not.toBe(nonceIn(other.policy))
})

test('what is kept has the hashes of its scripts, and was rendered without a nonce', async () => {
  interceptServer(server, () => hub, { isStrict: true, pages: {} })
  for (let time = 0; time < 2; time++) {
    const { policy, html } = await read('/kept')
    expect(policy).toMatch(/^default-src 'self'; script-src 'self' 'sha256-[\w+/]+=*'; style-src 'unsafe-inline'$/)
    expect(html).toContain('<script>one()</script>')
  }
  expect(nonceIn((await read('/mine')).policy)).toBeDefined()
})

test('what Next answers from its own cache keeps its policy: it was rendered for another request', async () => {
  interceptServer(server, () => hub, { isStrict: true })
  expect((await read('/cached-by-next')).policy).toBe(policy)
})

test('a nonce that a visitor names is not taken', async () => {
  interceptServer(server, () => hub, { isStrict: true })
  const { policy, html } = await read('/mine', { 'content-security-policy': "script-src 'nonce-abc='" })
  expect(nonceIn(policy)).toBeDefined()
  expect(policy + html).not.toContain('abc=')
})

test('without the option a policy goes to the browser as it is', async () => {
  interceptServer(server, () => hub)
  expect(await read('/mine')).toEqual({ policy, html: '<!doctype html><script>one()</script>' })
})
