import type { Page } from 'playwright-core'
import { expect, onTestFailed, test, vi } from 'vitest'
import { type Player, partsPerCell, type World } from '../../examples/site/channels/arena.ts'
import { createBadProxy } from './bad-proxy.ts'
import { complaintsOf } from './browser.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)
visitSite()

/** Somebody who watches by SSE, without the SDK: each world that the server has told of, by its tick. */
async function spectate(): Promise<{ readonly worlds: ReadonlyMap<number, World>; leave(): void }> {
  const leaving = new AbortController()
  const answer = await fetch(`${site.url}/baro/channels/arena?live=sse`, { signal: leaving.signal })
  const worlds = new Map<number, World>()
  void (async () => {
    let text = ''
    for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (text + part).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        const said = line.startsWith('data:') ? JSON.parse(line.slice(5)) : undefined
        if (said?.type === 'world') worlds.set(said.payload.tick, said.payload)
      }
    }
  })().catch(() => {})
  return { worlds, leave: () => leaving.abort() }
}

/** What a page shows of a world, at one moment. */
function shownBy(page: Page): Promise<{ tick: number; places: readonly string[]; counts: readonly number[] }> {
  return page.evaluate(() => ({
    tick: Number(document.querySelector('[data-tick]')?.getAttribute('data-tick')),
    places: [...document.querySelectorAll<SVGElement>('[data-tick] g')].map((dot) =>
      `${dot.dataset.seat} ${dot.style.translate}`.replaceAll('px', ''),
    ),
    counts: [...document.querySelectorAll('[data-count]')].map((count) => Number(count.getAttribute('data-count'))),
  }))
}

function placesIn({ players }: World): readonly string[] {
  return players.map(({ seat, x, y }: Player) => `${seat} ${x}${y === 0 ? '' : ` ${y}`}`)
}

function countsIn({ cells }: World): readonly number[] {
  return Array.from({ length: 8 }, (_, seat) => [...cells].filter((cell) => cell === String(seat)).length)
}

async function openArena(url = site.url, options = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', ...options })
  const page = await context.newPage()
  await page.goto(`${url}/en/play`)
  await waitForLive(page)
  return page
}

const seatOf = (page: Page) => page.locator('[data-own] [data-count]').locator('..').getAttribute('data-seat')

async function play(page: Page): Promise<number> {
  const button = page.getByRole('button', { name: 'Play' })
  const join = async () => {
    // A cut may have come between: whoever joins again has the same seat.
    if ((await button.count()) > 0) await button.click({ timeout: 2_000 }).catch(() => {})
    return page.getByText(/^You are [A-H]$/).count()
  }
  await expect.poll(join, patience).toBe(1)
  return Number(await seatOf(page))
}

async function world(): Promise<World> {
  const signal = AbortSignal.timeout(patience.timeout)
  return (await (await fetch(`${site.url}/baro/channels/arena`, { signal })).json()).snapshot
}

/** Says, when the test has failed, where it was, what each page shows, and what the site has printed. */
function tellOnFailure(pages: readonly Page[]): { step: string } {
  const told = { step: 'opening' }
  onTestFailed(async () => {
    // A page that does not answer says so by that.
    const silent = new Promise<string>((resolve) => setTimeout(resolve, 5_000, 'no answer'))
    const saying = (page: Page) =>
      page.evaluate(() =>
        ['data-connection', 'data-hand-over', 'data-tick']
          .map((name) => `${name}=${document.querySelector(`[${name}]`)?.getAttribute(name)}`)
          .join(' '),
      )
    const shown = await Promise.all(pages.map((page) => Promise.race([saying(page).catch(String), silent])))
    console.log(`It was ${told.step}. The pages: ${JSON.stringify(shown)}. The site:\n${site.printed()}`)
  })
  return told
}

const playerIn = ({ players }: World, seat: number) => players.find((one) => one.seat === seat)

test('one begins with a key, or a thumb on a phone, paints, and nothing ticks when all have left', async () => {
  const page = await openArena(site.url, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } })
  // The first direction takes a seat.
  await page.getByRole('button', { name: 'Right', exact: true }).tap()
  await page.getByText(/^You are [A-H]$/).waitFor()
  const seat = Number(await seatOf(page))
  await expect.poll(async () => playerIn(await world(), seat)?.heading, patience).toBe('right')
  await page.getByRole('application').focus()
  await page.keyboard.press('KeyS')
  await expect.poll(async () => playerIn(await world(), seat)?.heading, patience).toBe('down')
  await expect.poll(async () => countsIn(await world())[seat], patience).toBeGreaterThan(1)
  expect((await world()).players.every(({ x, y }) => x < 18 * partsPerCell && y < 12 * partsPerCell)).toBe(true)
  await page.context().close()
  // While nobody looks there are no ticks.
  let before = -1
  const isStill = async () => {
    const { tick } = await world()
    const isSame = tick === before
    before = tick
    return isSame
  }
  await expect.poll(isStill, { ...patience, interval: 300 }).toBe(true)
})

test('of three who play, one of them cut every three seconds, all show the worlds of the server', async () => {
  const { worlds, leave } = await spectate()
  const proxy = await createBadProxy(site.port)
  proxy.fault = 'cuts-after-three-seconds'
  const context = await browser.newContext({ locale: 'en-US' })
  const cutOff = await context.newPage()
  await cutOff.goto(`${proxy.url}/en/play`)
  await waitForLive(cutOff)
  const pages = [await openArena(), await openArena(), cutOff]
  const complaints = pages.slice(0, 2).map(complaintsOf)
  const told = tellOnFailure(pages)
  told.step = 'taking seats'
  const seats: number[] = []
  for (const page of pages) seats.push(await play(page))
  expect(new Set(seats).size).toBe(3)
  // Whoever plays has the place of a bot.
  await expect.poll(async () => (await world()).players.every(({ by }) => by !== undefined), patience).toBe(true)
  told.step = 'waiting for a cut'
  await cutOff.waitForSelector('[data-connection=waiting], [data-connection=connecting]')
  await waitForLive(cutOff)
  // The seat is still the same, in the middle of a round, and obeys.
  const [, , seat = -1] = seats
  expect(playerIn(await world(), seat)?.by).toBeDefined()
  told.step = 'steering'
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft']) {
    const wanted = key.slice('Arrow'.length).toLowerCase()
    await expect
      .poll(async () => {
        // One that was sent into a cut is lost, as signals are: a player presses again.
        await cutOff.keyboard.press(key)
        return playerIn(await world(), seat)?.heading
      }, patience)
      .toBe(wanted)
  }
  // What each shows at one moment is what the server told of that tick.
  told.step = 'comparing'
  const last = (await world()).tick
  for (const page of pages) {
    const seen = async () => {
      const shown = await shownBy(page)
      const told = worlds.get(shown.tick)
      return { isLater: shown.tick > last, isSame: told !== undefined && isShown(told, shown) }
    }
    await expect.poll(seen, patience).toEqual({ isLater: true, isSame: true })
  }
  expect(complaints).toEqual([[], []])
  for (const page of pages) await page.context().close()
  proxy.close()
  leave()
})

function isShown(told: World, { places, counts }: Awaited<ReturnType<typeof shownBy>>): boolean {
  return JSON.stringify([placesIn(told), countsIn(told)]) === JSON.stringify([places, counts])
}

test('without JavaScript the arena is there as it was, and nothing can be pressed', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${site.url}/en/play`)
  expect(await page.locator('[data-tick] path').count()).toBe(8)
  expect(await page.locator('[data-seat][data-own]').count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Play' }).isDisabled()).toBe(true)
  await context.close()
})
