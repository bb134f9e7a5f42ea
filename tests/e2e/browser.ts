import { type Browser, chromium, type Page } from 'playwright-core'
import { patience } from './patience.ts'

/**
 * What Chromium does beside the pages, and takes more of the processor than they do: for each window it makes pages of its own and a
 * process that may be needed next.
 */
const beside = [
  'InitialWebUI',
  'PreloadTopChromeWebUI',
  'SpareRendererForSitePerProcess',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'WebUIOmniboxPopup',
  'WebUIReloadButton',
  'WebUIToolbar',
]
/** What Playwright turns off: of two switches of one name Chromium takes the last one. */
const byPlaywright = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'ThirdPartyStoragePartitioning',
]

/** How to start a browser. */
export interface BrowserOptions {
  readonly args?: readonly string[]
  /** Features of Chromium that are turned off. */
  readonly without?: readonly string[]
}

/** Starts Chromium, with the back-forward cache that playwright turns off otherwise. */
export async function launchBrowser({ args = [], without = [] }: BrowserOptions = {}): Promise<Browser> {
  const disabled = [...byPlaywright, ...beside, ...without].join()
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', `--disable-features=${disabled}`, ...args],
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
    // The demo of the home page has a hub of its own.
    if (new URL(socket.url()).pathname !== '/baro/connect') return
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
