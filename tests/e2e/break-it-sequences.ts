import type { Page, WebSocket } from 'playwright-core'
import { type Board, painted, type Span } from '../../examples/site/channels/board.ts'
import { breaks, type Reader, readers } from '../../examples/site/components/break-it/break-it-machine.ts'
import type { OldPage } from '../../examples/site/components/break-it/old-page.ts'

/** What the demo shows at one moment. */
interface Shown {
  readonly name: string
  readonly from: number
  readonly backAt: number
  readonly panes: Readonly<
    Record<
      Reader,
      { readonly caughtUp: number; readonly lost: number; readonly spans: readonly Span[]; readonly board: string }
    >
  >
}

/** A publication of the board, as its channel tells it. */
interface Told {
  readonly offset: number
  readonly payload: { readonly cell: number; readonly colour: number }
}

/** A page with the demo, and what came to each of its readers over their sockets. */
export interface WatchedDemo {
  readonly page: Page
  /** Presses some of the four buttons, and waits until both are judged. Resolves with what was pressed. */
  press(random: () => number): Promise<readonly string[]>
  /** What is wrong, by the history of the channel and by the frames of the sockets. */
  complaints(): Promise<readonly string[]>
}

/** Opens the home page and waits for the first verdict. */
export async function openDemo(page: Page, url: string): Promise<WatchedDemo> {
  // Which page the readers began with; a socket belongs to the one it was opened for.
  let opening = 0
  const heard = new Map<string, Set<number>>()
  const heardBy = (reader: Reader, of = opening) => {
    const key = `${of} ${reader}`
    const offsets = heard.get(key) ?? new Set()
    heard.set(key, offsets)
    return offsets
  }
  // A socket that is closed may still get frames, which the browser hands to nobody: whether one was handed on, no test can see.
  let presses = 0
  const inFlight = new Set<number>()
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/break-it/page') opening++
  })
  page.on('websocket', (socket: WebSocket) => {
    const { pathname } = new URL(socket.url())
    if (!pathname.startsWith('/break-it/')) return
    const offsets = heardBy(pathname === '/break-it/socket' ? 'usual' : 'baro')
    const openedAfter = presses
    socket.on('framereceived', ({ payload }) => {
      for (const offset of offsetsIn(JSON.parse(String(payload)))) {
        offsets.add(offset)
        if (openedAfter < presses) inFlight.add(offset)
      }
    })
  })
  const channel = `${new URL(url).origin}/baro/channels/board`
  // Older than the page that is opened: what came in it is counted too.
  const { snapshot: start }: OldPage = await (await fetch(new URL('/break-it/page?ageMs=3600000', url))).json()
  await page.goto(url)
  await settled(page)

  /** All publications since the test began, as the channel keeps them. */
  async function history(): Promise<readonly Told[]> {
    const all: Told[] = []
    let after = start.position
    for (;;) {
      const answer: { publications: Told[]; position: string; more?: boolean } = await (
        await fetch(`${channel}?after=${after}`)
      ).json()
      all.push(...answer.publications)
      after = answer.position
      if (!answer.more) return all
    }
  }

  return {
    page,
    async press(random) {
      const pressed: string[] = []
      const count = 1 + Math.floor(random() * 4)
      for (let index = 0; index < count; index++) {
        const broke = breaks[Math.floor(random() * breaks.length)] ?? 'cut'
        const button = page.locator(`[data-break=${broke}]`)
        pressed.push(broke)
        presses++
        await button.click()
        if (broke === 'cut' || broke === 'sleep') {
          // Away for some strokes; then the visitor has enough of it.
          const { length } = await history()
          const wanted = length + Math.floor(random() * 6)
          while ((await history()).length < wanted) await page.waitForTimeout(100)
          await button.click({ timeout: 60_000 })
        }
        await page.waitForSelector('[data-demo]:not([data-demo=broken])', { timeout: 60_000 })
        // Now and then before anybody has come back.
        if (random() < 0.5) await settled(page)
      }
      await settled(page)
      return pressed
    },
    async complaints() {
      const shown = await look(page)
      const truth = (await history()).filter(({ offset }) => offset > shown.from)
      const found: string[] = []
      // What both had before is in the page; what followed is compared publication by publication.
      const { baro } = shown.panes
      const newest = baro.spans.at(-1)?.[1] ?? 0
      let board: Board = start.value
      for (const told of await history()) if (told.offset <= newest) board = painted(board, told)
      const expected = board.cells.map((cell) => cell?.[1] ?? 0).join('')
      if (baro.board !== expected) found.push(`Baro shows ${baro.board}, and the log says ${expected}`)
      if (baro.spans.length !== 1) found.push(`Baro has holes: ${JSON.stringify(baro.spans)}`)
      for (const reader of readers) {
        const pane = shown.panes[reader]
        const has = (offset: number) => heardBy(reader).has(offset) || offset <= shown.from
        const upTo = truth.filter(({ offset }) => offset <= (pane.spans.at(-1)?.[1] ?? 0))
        const caughtUp = upTo.filter(({ offset }) => offset <= shown.backAt && has(offset)).length
        const lost = upTo.filter(({ offset }) => !has(offset)).length
        const unsure = reader === 'usual' ? upTo.filter(({ offset }) => inFlight.has(offset)).length : 0
        const more = pane.lost - lost
        if (more < 0 || more > unsure || pane.caughtUp !== caughtUp - more)
          found.push(`${reader} says ${pane.caughtUp} caught up and ${pane.lost} lost; it is ${caughtUp} and ${lost}`)
      }
      if (baro.lost > 0) found.push(`Baro has lost ${baro.lost}`)
      return found
    },
  }
}

async function settled(page: Page): Promise<void> {
  await page.waitForSelector('[data-demo=settled]', { timeout: 60_000 })
}

function look(page: Page): Promise<Shown> {
  return page.evaluate((wanted) => {
    const demo = document.querySelector<HTMLElement>('[data-demo]')
    // No function has a name here: tsx would call a helper for it that the page does not have.
    const panes = wanted.map((reader) => {
      const figure = document.querySelector<HTMLElement>(`[data-reader=${reader}][data-lost]`)
      const svg = figure?.querySelector('svg')
      return [
        reader,
        {
          caughtUp: Number(figure?.dataset.caughtUp),
          lost: Number(figure?.dataset.lost),
          spans: JSON.parse(svg?.dataset.spans ?? '[]'),
          board: svg?.dataset.board ?? '',
        },
      ]
    })
    return {
      name: demo?.dataset.demo ?? '',
      from: Number(demo?.dataset.from),
      backAt: Number(demo?.dataset.backAt),
      panes: Object.fromEntries(panes),
    }
  }, readers)
}

/** The publications that a frame brings, by number: one of the usual socket, or a message of the SDK. */
function offsetsIn(message: {
  offset?: number
  payload?: { publications?: readonly { offset: number }[]; snapshot?: { spans?: readonly Span[] } }
}): readonly number[] {
  const { offset, payload } = message
  if (offset !== undefined) return [offset]
  const inState = (payload?.snapshot?.spans ?? []).flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  )
  return [...inState, ...(payload?.publications ?? []).map(({ offset }) => offset)]
}
