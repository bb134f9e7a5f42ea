/** The clients of `examples/tutorials` in Chromium: each loses in a cut what its head says, and its Baro form loses nothing. */
import { createHmac } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchBrowser } from '../e2e/browser.ts'
import { slow } from '../e2e/patience.ts'
import { readSource } from '../house/source-files.ts'
import {
  all,
  bySocket,
  notMeanwhile,
  type Outcome,
  onlyBefore,
  outcomeIn,
  type Say,
  seenThroughCut,
  untilShown,
} from './cut.ts'
import { baroForm, linesOf, original, snippet } from './snippet.ts'
import { openPage, pageOf, Servers, secret } from './stage.ts'

declare const shows: (list: readonly string[]) => void

vi.setConfig(slow)

let browser: Browser
let token: string
let servers: Servers

beforeAll(async () => {
  const started = [...idioms.map(({ server }) => server), 'express-polling.js', 'express-long-poll.js']
  servers = await Servers.start(...new Set([...started, ...started.map(baroForm)]))
  browser = await launchBrowser()
  token = tokenOf({ sub: 'ada', exp: Math.floor(Date.now() / 1_000) + 3_600 })
})

afterAll(async () => {
  servers.stop()
  await browser.close()
})

function tokenOf(claims: object): string {
  const parts = [{ alg: 'HS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  return [...parts, createHmac('sha256', secret).update(parts.join('.')).digest('base64url')].join('.')
}

const byIo: Say = (port, text) =>
  new Promise((resolve) => {
    const socket = io(`http://localhost:${port}`, { transports: ['websocket'] })
    socket.on('room message', (heard) => {
      if (heard === text) resolve(socket.close())
    })
    socket.emit('join room', 'room:1')
    socket.emit('room message', { room: 'room:1', text })
  })

const byPost: Say = (port, text) =>
  fetch(`http://localhost:${port}/api/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  })

const sayInLobby = bySocket('/baro/channels/lobby?view=payload', (text) => [text])
const sayToMembers = bySocket('/baro/channels/members', (text) => [
  JSON.stringify({ type: 'AUTH', token }),
  JSON.stringify({ type: 'message', payload: { text } }),
])

interface Idiom {
  readonly file: string
  readonly server: string
  readonly say: Say
  readonly original: Outcome
  readonly changed: Outcome
}

const idioms: readonly Idiom[] = [
  { file: 'websocket.js', server: 'ws-chat.js', say: sayInLobby, original: onlyBefore, changed: onlyBefore },
  { file: 'inline-script.html', server: 'ws-chat.js', say: sayInLobby, original: notMeanwhile, changed: all },
  { file: 'connection-manager.js', server: 'ws-chat.js', say: sayInLobby, original: notMeanwhile, changed: all },
  { file: 'auth.js', server: 'ws-auth.js', say: sayToMembers, original: notMeanwhile, changed: all },
  { file: 'socket-io.html', server: 'socket-io.js', say: byIo, original: onlyBefore, changed: all },
  { file: 'event-source.js', server: 'express-sse.js', say: byPost, original: notMeanwhile, changed: all },
]

let told = 0

/** What a page at a server shows in the end of what was said before a cut, in it and after it. */
async function seen(say: Say, server: string, html: string, comesBack = true): Promise<readonly string[]> {
  const one = await openPage({ browser, servers, server, html, token })
  const isOurs = server.includes('.baro.')
  const sends = /onsubmit|'submit'/.test(html)
  return seenThroughCut(one, (text) => say(servers.port(server), text, isOurs), { sends, comesBack })
}

describe.concurrent.each(idioms)('$file', ({ file, server, say, ...outcome }) => {
  test('loses in a cut what its head says, with the server of the tutorial', async () => {
    const html = await pageOf(file, original(`clients/${file}`))
    expect(await seen(say, server, html, outcome.original.includes('later'))).toEqual(outcome.original)
  })

  test('with nothing changed but its URL', async () => {
    const html = await pageOf(file, snippet(`clients/${file}`).code)
    expect(await seen(say, baroForm(server), html, outcome.changed.includes('later'))).toEqual(outcome.changed)
  })

  test('in its Baro form loses nothing, in fewer lines', async () => {
    const form = baroForm(`clients/${file}`)
    const code = readSource(`examples/tutorials/${form}`)
    expect(linesOf(code)).toBeLessThan(linesOf(snippet(`clients/${file}`).code))
    expect(await seen(say, baroForm(server), await pageOf(form, code))).toEqual(all)
  })
})

describe('polling.js', () => {
  /** The prices that the page has told of: 101 before a cut, 120 and 90 in it, 110 after it. */
  async function risesIn(server: string, html: string): Promise<readonly number[]> {
    const one = await openPage({ browser, servers, server, html, token })
    const symbol = `symbol ${++told}`
    const set = (price: number) => servers.order({ quote: { symbol, price } })
    await untilShown(one, `${symbol} rose to 101`, () => set(101))
    one.cut()
    for (const price of [120, 90]) await set(price)
    one.mend()
    await untilShown(one, `${symbol} rose to 110`, () => set(110))
    const shown = await one.shown()
    await one.close()
    const prices = shown.filter((text) => text.startsWith(symbol)).map((text) => Number(text.split(' ').at(-1)))
    return prices.filter((price, index) => price === 120 || prices.indexOf(price) === index)
  }

  test('with the server of the tutorial, or its URL changed, never sees what came and went', async () => {
    const [before, after] = [original('clients/polling.js'), snippet('clients/polling.js').code]
    expect(await risesIn('express-polling.js', await pageOf('polling.js', before))).toEqual([101, 110])
    const ours = 'express-polling.baro.js'
    expect(await risesIn(ours, await pageOf('polling.js', after))).toEqual([101, 110])
    // The route is at the path of the tutorial too.
    expect(await risesIn(ours, await pageOf('polling.js', before))).toEqual([101, 110])
  })

  test('in its Baro form sees all of it once, in fewer lines', async () => {
    const form = 'clients/polling.baro.js'
    const code = readSource(`examples/tutorials/${form}`)
    expect(linesOf(code)).toBeLessThan(linesOf(snippet('clients/polling.js').code))
    expect(await risesIn('express-polling.baro.js', await pageOf(form, code))).toEqual([101, 120, 110])
  })
})

describe('long-poll.js', () => {
  /** The lists that the page has shown, from that with what was said in a cut on, to that with what was said after it. */
  async function listsAfterCut(server: string, html: string, isSeen: boolean): Promise<readonly string[]> {
    const one = await openPage({ browser, servers, server, html, token })
    const name = `${server} ${++told}`
    const tell = (text: string) => byPost(servers.port(server), `${text} ${name}`, false)
    await untilShown(one, `before ${name}`, () => tell('before'))
    const lists: string[] = []
    await one.page.exposeFunction('shows', (list: readonly string[]) => {
      const news = list.filter((text) => /^(?:meanwhile|later) /.test(text) && text.endsWith(name))
      lists.push(outcomeIn(news.map((text) => text.slice(0, -name.length - 1))).join())
    })
    await one.page.evaluate(() => {
      const list = document.getElementById('messages') as HTMLElement
      const tellAll = () => shows([...list.children].map(({ textContent }) => textContent ?? ''))
      new MutationObserver(tellAll).observe(list, { childList: true })
    })
    one.cut()
    await tell('meanwhile')
    one.mend()
    if (isSeen) await untilShown(one, `meanwhile ${name}`, async () => {})
    await untilShown(one, `later ${name}`, () => tell('later'))
    await one.close()
    return [...new Set(lists)].filter((list) => list !== '')
  }

  test('with the server of the tutorial does not see what was said in a cut, until something else is said', async () => {
    const html = await pageOf('long-poll.js', original('clients/long-poll.js'))
    expect(await listsAfterCut('express-long-poll.js', html, false)).toEqual(['meanwhile,later'])
  })

  const seenAtOnce = ['meanwhile', 'meanwhile,later']

  test('with nothing changed but its URL, or not even that, sees it at once', async () => {
    const ours = 'express-long-poll.baro.js'
    for (const code of [original('clients/long-poll.js'), snippet('clients/long-poll.js').code])
      expect(await listsAfterCut(ours, await pageOf('long-poll.js', code), true)).toEqual(seenAtOnce)
  })

  test('in its Baro form sees it at once, in fewer lines', async () => {
    const form = 'clients/long-poll.baro.js'
    const code = readSource(`examples/tutorials/${form}`)
    expect(linesOf(code)).toBeLessThan(linesOf(snippet('clients/long-poll.js').code))
    expect(await listsAfterCut('express-long-poll.baro.js', await pageOf(form, code), true)).toEqual(seenAtOnce)
  })
})
