import { afterEach, expect, it, vi } from 'vitest'
import { chat, lobby } from '../../test/chat.ts'
import { createClient } from './ladder-client.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The rung a new client asks for first, where there is no WebSocket. */
async function firstRung(options: Parameters<typeof createClient>[0] = {}): Promise<string | null> {
  vi.stubGlobal('WebSocket', undefined)
  vi.stubGlobal('fetch', () => new Promise(() => {}))
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const client = createClient({ url: 'https://shop.example/baro', log, ...options })
  client.subscribe(chat, lobby)
  await vi.waitFor(() => expect(client.status.state).not.toBe('idle'), { timeout: 30_000 })
  const { rung, reason = null } = client.status
  client.close()
  return rung ?? reason
}

it('takes the next rung where there is no WebSocket, as in Node 20', async () => {
  expect(await firstRung()).toBe('sse')
  expect(await firstRung({ rungs: ['websocket', 'poll'] })).toBe('poll')
})

it('says so where WebSocket is pinned and there is none', async () => {
  expect(await firstRung({ rungs: ['websocket'] })).toBe('bad-definition')
})

it('loads the code of a pinned rung by itself, and asks by it', async () => {
  const fetched: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    fetched.push(url)
    return new Promise(() => {})
  })
  const client = createClient({ url: 'https://shop.example/baro', rungs: ['sse'] })
  client.subscribe(chat, lobby)
  await vi.waitFor(() => expect(fetched).toEqual(['https://shop.example/baro/connect']), { timeout: 30_000 })
  client.close()
})
