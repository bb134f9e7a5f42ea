import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { ownUrl } from './own-url.ts'

// Of all addresses of this machine only 127.0.0.1 is `localhost` everywhere: another one shows what `-H` does.
test.each([undefined, '127.0.0.2', '::1'])('a server that listens at %s is found', async (host) => {
  const server = createServer((_request, response) => response.end('here')).listen({ port: 0, host })
  await once(server, 'listening')
  expect(await (await fetch(ownUrl(server))).text()).toBe('here')
  server.close()
})
