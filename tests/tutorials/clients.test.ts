/** The clients of `examples/tutorials` in Chromium: each loses in a cut what its head says, and its Baro form loses nothing. */
import { SignJWT } from 'jose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { launchBrowser } from '../e2e/browser.ts'
import { slow } from '../e2e/patience.ts'
import { readSource } from '../house/source-files.ts'
import { baroForm, linesOf, original, snippet } from './snippet.ts'
import { type OpenPage, openPage, pageOf, Servers, secret } from './stage.ts'

declare const shows: (list: readonly string[]) => void

vi.setConfig(slow)

let browser: Browser
let token: string
let servers: Servers

beforeAll(async () => {
  servers = await Servers.start()
  browser = await launchBrowser()
  token = await new SignJWT({ sub: 'ada' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret))
})

afterAll(async () => {
  servers.stop()
  await browser.close()
})

/** Somebody else says this at a server. */
type Say = (port: number, text: string, isOurs: boolean) => Promise<unknown>

const bySocket =
  (path: string, messages: (text: string) => readonly string[]): Say =>
  (port, text, isOurs) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://localhost:${port}${isOurs ? path : '/'}`)
      const rest = [...messages(text)]
      const next = () => socket.send(rest.shift() ?? '')
      socket.on('open', next)
      socket.on('message', (data) => {
        // The server sends to all: so it has been said when it is heard.
        if (data.toString().includes(text)) resolve(socket.close())
        else if (rest.length > 0) next()
      })
      socket.on('error', reject)
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

/** Of what was said before, in and after a cut: what the page shows in the end. */
type Outcome = readonly ('before' | 'meanwhile' | 'later')[]

interface Idiom {
  readonly file: string
  readonly server: string
  readonly say: Say
  readonly original: Outcome
  readonly changed: Outcome
}

const [onlyBefore, notMeanwhile, all] = [
  ['before'],
  ['before', 'later'],
  ['before', 'meanwhile', 'later'],
] as const satisfies readonly Outcome[]

const idioms: readonly Idiom[] = [
  { file: 'websocket.js', server: 'ws-chat.js', say: sayInLobby, original: onlyBefore, changed: onlyBefore },
  { file: 'inline-script.html', server: 'ws-chat.js', say: sayInLobby, original: notMeanwhile, changed: all },
  { file: 'connection-manager.js', server: 'ws-chat.js', say: sayInLobby, original: notMeanwhile, changed: all },
  { file: 'auth.js', server: 'ws-auth.js', say: sayToMembers, original: notMeanwhile, changed: all },
  { file: 'event-source.js', server: 'express-sse.js', say: byPost, original: notMeanwhile, changed: all },
]

let told = 0

/** What a page shows in the end of what was said before a cut, in it and after it. */
async function seen(say: Say, server: string, html: string, comesBack = true): Promise<readonly string[]> {
  const one = await openPage({ browser, servers, server, html, token })
  const name = `${server} ${++told}`
  const tell = (text: string) => say(servers.port(server), `${text} ${name}`, server.includes('.baro.'))
  await untilShown(one, `before ${name}`, () => tell('before'))
  if (/onsubmit|'submit'/.test(html)) await send(one.page, `mine ${name}`)
  one.cut()
  await tell('meanwhile')
  one.mend()
  if (comesBack) await untilShown(one, `later ${name}`, () => tell('later'))
  else {
    await one.page.clock.runFor(600_000)
    await tell('later')
  }
  const shown = await one.shown()
  await one.close()
  return outcomeIn(shown.filter((text) => text.endsWith(name)).map((text) => text.slice(0, -name.length - 1)))
}

/** Says it until the page shows it: it may not be connected yet. */
async function untilShown(one: OpenPage, text: string, tell: () => Promise<unknown>): Promise<void> {
  while (!(await one.shown()).includes(text)) {
    await tell()
    await one.page.clock.runFor(500)
  }
}

/** Sends it by the form of the page, and sees it come back. */
async function send(page: Page, text: string): Promise<void> {
  await page.fill('#input', text)
  await page.press('#input', 'Enter')
  await page.getByText(text).waitFor()
}

/** What was said until it was shown may be there several times. What was said once may not. */
function outcomeIn(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => text !== 'mine' && (text === 'meanwhile' || texts.indexOf(text) === index))
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
