import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { findServer } from './find-server.ts'

const servers: Server[] = []

async function listening(): Promise<Server> {
  const server = createServer((_request, response) => response.end())
  servers.push(server)
  server.listen(0)
  await once(server, 'listening')
  return server
}

function portOf(server: Server): string {
  return String((server.address() as AddressInfo).port)
}

afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) server.close()
})

test('the server on PORT is found before anybody else asks it for something', async () => {
  const server = await listening()
  vi.stubEnv('PORT', portOf(server))
  expect(await new Promise((found) => findServer('/baro', found))).toBe(server)
})

test('other servers of the process are left alone, and it is found once', async () => {
  const [metrics, server] = [await listening(), await listening()]
  vi.stubEnv('PORT', portOf(server))
  const found: Server[] = []
  findServer('/baro', (one) => found.push(one))
  await fetch(`http://localhost:${portOf(metrics)}`)
  await fetch(`http://localhost:${portOf(server)}`)
  await fetch(`http://localhost:${portOf(server)}`)
  expect(found).toEqual([server])
})
