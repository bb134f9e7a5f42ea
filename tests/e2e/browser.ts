import { type Browser, chromium, type Page } from 'playwright-core'
import { patience } from './patience.ts'

/** Starts Chromium, with the back-forward cache that playwright turns off otherwise. */
export async function launchBrowser(...args: readonly string[]): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', ...args],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  browser.on('context', (context) => context.setDefaultTimeout(patience.timeout))
  return browser
}

/** What Chromium says of a page that was slow, and not of one that is wrong. */
const hintOfTime = /was preloaded using link preload but not used within a few seconds/

/** What a page complained about: exceptions, console errors and warnings (hydration is one of them). */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !hintOfTime.test(message.text()))
      complaints.push(message.text())
  })
  return complaints
}

/** A socket that a page opened to the hub: the types of the messages of a channel, in order. */
export interface WatchedSocket {
  sent(channel: string): readonly string[]
  received(channel: string): readonly string[]
}

/** The sockets that a page opened to the hub; the list grows as it opens more. */
export function socketsOf(page: Page): readonly WatchedSocket[] {
  const sockets: WatchedSocket[] = []
  page.on('websocket', (socket) => {
    if (!socket.url().includes('/baro/connect')) return
    const sent: Message[] = []
    const received: Message[] = []
    socket.on('framesent', ({ payload }) => sent.push(messageOf(payload)))
    socket.on('framereceived', ({ payload }) => received.push(messageOf(payload)))
    sockets.push({
      sent: (channel) => typesOf(sent, channel),
      received: (channel) => typesOf(received, channel),
    })
  })
  return sockets
}

interface Message {
  readonly type: string
  readonly payload: { readonly channel?: string }
}

// A binary frame begins with a line of JSON; a text frame is one.
function messageOf(frame: string | Buffer): Message {
  return JSON.parse(String(frame).split('\n', 1).join())
}

function typesOf(messages: readonly Message[], channel: string): readonly string[] {
  return messages.filter(({ payload }) => payload.channel === channel).map(({ type }) => type)
}
