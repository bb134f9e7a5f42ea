import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { pictureHeader } from '../../examples/site/channels/first-bytes.ts'
import { boardHeight, boardWidth, type Stroke } from '../../examples/site/channels/whiteboard.ts'
import { createBadProxy } from './bad-proxy.ts'
import { complaintsOf } from './browser.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

/** High enough to see all of the board. */
const viewport = { width: 1_280, height: 1_000 }

/** A page of somebody of their own. */
async function openBoard(url = site.url, options = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', viewport, ...options })
  const page = await context.newPage()
  await page.goto(`${url}/en/board`)
  await waitForLive(page)
  return page
}

/** What the server has, as anybody may ask for it. */
async function kept(): Promise<readonly Stroke[]> {
  return (await (await fetch(`${site.url}/baro/channels/whiteboard`)).json()).snapshot
}

function shown(page: Page): Promise<readonly string[]> {
  return page.$$eval('[data-stroke]', (paths) => paths.map((path) => path.getAttribute('data-stroke') ?? ''))
}

const board = (page: Page) => page.getByRole('application')

/** Draws a line with the mouse, from left to right at a height, both from 0 to 1; resolves when the server has it. */
async function draw(page: Page, height: number): Promise<void> {
  const before = (await kept()).length
  const { x = 0, y = 0, width = 0, height: all = 0 } = (await board(page).boundingBox()) ?? {}
  await page.mouse.move(x + width * 0.1, y + all * height)
  await page.mouse.down()
  await page.mouse.move(x + width * 0.9, y + all * height, { steps: 8 })
  await page.mouse.up()
  await expect.poll(async () => (await kept()).length, patience).toBe(before + 1)
}

async function clear(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Clear' }).click()
  await expect.poll(kept, patience).toEqual([])
}

describe('the board', () => {
  test('of three who draw, one of them cut every three seconds, all end with what the server has', async () => {
    const proxy = await createBadProxy(site.port)
    proxy.fault = 'cuts-after-three-seconds'
    const context = await browser.newContext({ locale: 'en-US', viewport })
    const cutOff = await context.newPage()
    await cutOff.goto(`${proxy.url}/en/board`)
    await waitForLive(cutOff)
    const pages = [await openBoard(), await openBoard(), cutOff]
    const complaints = pages.slice(0, 2).map(complaintsOf)
    // They draw before the one behind the proxy is cut off, while it is, and after it has come back.
    let height = 0
    const round = async () => {
      for (const page of pages) {
        height = (height + 0.03) % 0.9
        await draw(page, height)
      }
    }
    await round()
    await cutOff.waitForSelector('[data-connection=waiting], [data-connection=connecting]')
    await round()
    await waitForLive(cutOff)
    await round()
    const drawn = (await kept()).length
    expect(drawn).toBe(9)
    // Each takes back one of their own.
    for (const page of pages) {
      const before = (await kept()).length
      await page.getByRole('button', { name: 'Undo' }).first().click()
      await expect.poll(async () => (await kept()).length, patience).toBe(before - 1)
    }
    const strokes = await kept()
    for (const page of pages) await expect.poll(() => shown(page), patience).toEqual(strokes.map(({ id }) => id))
    const owners = [...new Set(strokes.map(({ by }) => by))]
    expect(owners.map((owner) => strokes.filter(({ by }) => by === owner).length)).toEqual(
      owners.map(() => strokes.length / 3),
    )
    expect(complaints).toEqual([[], []])
    for (const page of pages) await page.context().close()
    proxy.close()
  })

  test('is in the page without JavaScript, where nothing can be pressed', async () => {
    const page = await openBoard()
    await draw(page, 0.5)
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
    const still = await context.newPage()
    // The page was cached before; whoever comes next gets one that has the stroke.
    const [newest] = (await kept()).slice(-1)
    const isIn = async () => {
      await still.goto(`${site.url}/en/board`)
      return shown(still)
    }
    await expect.poll(isIn, patience).toContain(newest?.id)
    expect(await still.locator('main button:enabled').count()).toBe(0)
    await context.close()
    await clear(page)
    await page.context().close()
  })

  test('is drawn on with the keyboard, and says in words what is on it', async () => {
    const page = await openBoard()
    await page.getByRole('button', { name: 'Blue' }).click()
    await board(page).focus()
    await page.keyboard.press(' ')
    await page.getByText('The pen is down.').waitFor()
    for (const key of ['Shift+ArrowRight', 'Shift+ArrowDown', 'ArrowLeft']) await page.keyboard.press(key)
    await page.keyboard.press(' ')
    await expect
      .poll(async () => (await kept()).at(-1)?.points, patience)
      .toEqual([
        [800, 500],
        [900, 500],
        [900, 600],
        [880, 600],
      ])
    // A line that was dropped is none.
    await page.keyboard.press(' ')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Escape')
    await page.getByText('The strokes in words (1)').click()
    const line = page.getByText('Blue, by you, from 50, 50 to 55, 60')
    await line.waitFor()
    await line.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(kept, patience).toEqual([])
    await page.getByText('The strokes in words (0)').waitFor()
    await page.context().close()
  })

  test('shows where the pens of others are, and what a finger draws', async () => {
    const [watching, drawing] = [await openBoard(), await openBoard(site.url, { hasTouch: true })]
    const { x = 0, y = 0 } = (await board(drawing).boundingBox()) ?? {}
    await drawing.mouse.move(x + 40, y + 40)
    await drawing.mouse.down()
    await drawing.mouse.move(x + 120, y + 90)
    // A line that is being drawn is nowhere yet, and seen by all.
    await watching.locator('[data-pen]').waitFor()
    await watching.locator('[role=application] path:not([data-stroke])[data-ink]').waitFor()
    expect(await kept()).toEqual([])
    await drawing.mouse.up()
    await drawing.touchscreen.tap(x + 200, y + 60)
    await expect
      .poll(async () => (await kept()).map(({ points }) => points.length > 1), patience)
      .toEqual([true, false])
    await expect.poll(async () => (await shown(watching)).length, patience).toBe(2)
    await clear(watching)
    for (const page of [watching, drawing]) await page.context().close()
  })

  test('is saved as a picture: PNG and SVG', async () => {
    const page = await openBoard()
    await draw(page, 0.4)
    const save = async (name: 'PNG' | 'SVG') => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
      return readFile(await download.path())
    }
    expect(pictureHeader(await save('PNG'))).toEqual({ mimeType: 'image/png', width: boardWidth, height: boardHeight })
    const [stroke] = await kept()
    expect(String(await save('SVG'))).toContain(`d="M${stroke?.points[0]?.join(' ')}L`)
    await clear(page)
    await page.context().close()
  })
})

describe('the demos', () => {
  const peopleIn = (page: Page, demo: string) =>
    page.locator(`[data-demo=${demo}] [data-people]`).getAttribute('data-people')

  test('are counted by who has them open, and show what is in them at this moment', async () => {
    const demos = await browser.newPage({ locale: 'en-US' })
    const complaints = complaintsOf(demos)
    await demos.goto(`${site.url}/en/demos`)
    await waitForLive(demos)
    await expect.poll(() => peopleIn(demos, 'board'), patience).toBe('0')
    const [ada, bob] = [await openBoard(), await openBoard()]
    await expect.poll(() => peopleIn(demos, 'board'), patience).toBe('2')
    await draw(ada, 0.5)
    const ids = (await kept()).map(({ id }) => id)
    await expect.poll(() => shown(demos), patience).toEqual(ids)
    await bob.context().close()
    await expect.poll(() => peopleIn(demos, 'board'), patience).toBe('1')
    await clear(ada)
    await expect.poll(() => shown(demos), patience).toEqual([])
    await ada.context().close()
    expect(complaints).toEqual([])
    await demos.close()
  })
})

test.each(['/board', '/play', '/demos'])('%s moves nothing while it goes live', async (path) => {
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage()
  await page.addInitScript(`
      window.shift = 0
      new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shift += value })
        .observe({ type: 'layout-shift', buffered: true })
    `)
  await page.goto(`${site.url}/en${path}`, { waitUntil: 'load' })
  await waitForLive(page)
  await page.waitForSelector('[data-hand-over=recovered], [data-hand-over=reset]')
  expect(await page.evaluate(() => (window as unknown as { shift: number }).shift)).toBeLessThanOrEqual(0.1)
  await page.context().close()
})
