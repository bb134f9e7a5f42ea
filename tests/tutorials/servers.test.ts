/** The servers of `examples/tutorials`, to a client in Node: what each loses when its client is cut off, and its Baro form does not. */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { slow } from '../e2e/patience.ts'
import { readSource } from '../house/source-files.ts'
import { baroForm, linesOf, snippet } from './snippet.ts'
import { Servers } from './stage.ts'

vi.setConfig(slow)

let servers: Servers

beforeAll(async () => {
  const files = ['ws-prices.js', 'ws-validation.js']
  servers = await Servers.start(...files, ...files.map(baroForm))
})

afterAll(() => servers.stop())

/** A client that hears until something, says something, and is cut off. */
class Client {
  readonly #socket: WebSocket
  readonly heard: string[] = []
  #tell = () => {}

  constructor(server: string, path = '') {
    this.#socket = new WebSocket(`ws://localhost:${servers.port(server)}${path}`)
    this.#socket.on('message', (data) => {
      this.heard.push(data.toString())
      this.#tell()
    })
  }

  async open(): Promise<this> {
    await once(this.#socket, 'open')
    return this
  }

  /** What it has heard, once that contains the text. */
  async until(text: string): Promise<readonly string[]> {
    while (!this.heard.some((one) => one.includes(text)))
      await new Promise<void>((resolve) => {
        this.#tell = resolve
      })
    return this.heard
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message))
  }

  cut(): void {
    this.#socket.terminate()
  }
}

describe('ws-prices.js', () => {
  const set = (price: number) => servers.order({ quote: { symbol: 'BTC', price } })

  /** The prices that a client hears, which was away when 120 came and went. */
  async function heardAfterCut(server: string, path = ''): Promise<readonly number[]> {
    const before = await new Client(server, path).open()
    while (before.heard.length === 0) await set(101)
    before.cut()
    for (const price of [120, 90]) await set(price)
    const after = await new Client(server, path).open()
    await after.until('90')
    after.cut()
    return after.heard.map((text) => JSON.parse(text).price)
  }

  test('tells who comes back the newest price, and not what came and went', async () => {
    expect(await heardAfterCut('ws-prices.js')).toEqual([90])
  })

  test('in its Baro form tells them all', async () => {
    const path = '/baro/channels/prices?view=payload&reader=a-page-of-somebody'
    const heard = await heardAfterCut('ws-prices.baro.js', path)
    // What came in the last moment before the cut may come twice.
    expect(heard.filter((price) => price !== 101)).toEqual([120, 90])
  })
})

/** Writes a message; returns how to cut its writer off. */
type Write = (message: object) => Promise<() => unknown>

describe('ws-validation.js', () => {
  const body = '<b>Hello</b><script>alert(1)</script><a href="javascript:alert(1)">x</a>'
  const article = (title: string, id = 'an-id-of-the-client') => ({ type: 'article', payload: { title, body }, id })
  const titlesIn = (heard: readonly string[]) =>
    heard
      .map((text) => JSON.parse(text))
      .filter(({ type }) => type === 'article')
      .map(({ payload }) => payload.title)

  /** What a reader hears of an article that is sent, cut off before its answer, and sent again; and of another one. */
  async function heardOfRepeat(server: string, path: string, write: Write): Promise<readonly string[]> {
    const reader = await new Client(server, path).open()
    const cut = await write(article('once'))
    await reader.until('once')
    await cut()
    await write(article('once'))
    await write({ ...article('last'), id: 'another-id' })
    const heard = await reader.until('last')
    reader.cut()
    return titlesIn(heard)
  }

  test('takes a message that is sent again for another', async () => {
    const bySocket: Write = async (message) => {
      const writer = await new Client('ws-validation.js').open()
      writer.say(message)
      return () => writer.cut()
    }
    expect(await heardOfRepeat('ws-validation.js', '', bySocket)).toEqual(['once', 'once', 'last'])
  })

  test('in its Baro form takes it once', async () => {
    const path = '/baro/channels/news'
    const byPost: Write = async (message) => {
      const leaving = new AbortController()
      const url = `http://localhost:${servers.port('ws-validation.baro.js')}${path}`
      const answer = fetch(url, { method: 'POST', body: JSON.stringify(message), signal: leaving.signal }).catch(
        () => {},
      )
      return () => {
        leaving.abort()
        return answer
      }
    }
    expect(await heardOfRepeat('ws-validation.baro.js', path, byPost)).toEqual(['once', 'last'])
  })

  test.each([
    ['ws-validation.js', ''],
    ['ws-validation.baro.js', '/baro/channels/news'],
  ])('lets nobody through with a script, and refuses what is too long: %s', async (server, path) => {
    const client = await new Client(server, path).open()
    client.say(article('clean'))
    const [heard = ''] = (await client.until('clean')).filter((text) => text.includes('clean'))
    expect(JSON.parse(heard).payload.body).toContain('<b>Hello</b>')
    expect(heard).not.toMatch(/script/)
    // Under the same id it would be a repeat, with the first answer.
    client.say(article('x'.repeat(201), 'another-id'))
    expect(await client.until('rror')).not.toContain('xxx')
    client.cut()
  })
})

const files = readdirSync(new URL('../../examples/tutorials/servers', import.meta.url))

test.each(files.filter((name) => !/baro|quotes/.test(name)))(
  '%s says what it loses, and its Baro form is shorter',
  (name) => {
    const { idiom, loses, code } = snippet(`servers/${name}`)
    expect(idiom).not.toBe('')
    expect(loses).not.toBe('')
    const form = readSource(`examples/tutorials/${baroForm(`servers/${name}`)}`)
    // That of Socket.IO is what it was, in a channel.
    if (name === 'socket-io.js') for (const line of handlersIn(code)) expect(handlersIn(form)).toContain(line)
    else expect(linesOf(form)).toBeLessThan(linesOf(code))
  },
)

/** The lines from `io.on` on, but for what is around them. */
function handlersIn(code: string): readonly string[] {
  const lines = code
    .slice(code.indexOf('io.on('))
    .split('\n')
    .map((line) => line.trim())
  return lines.filter((line) => !line.startsWith('server.listen'))
}
