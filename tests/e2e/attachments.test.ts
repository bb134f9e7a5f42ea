import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { complaintsOf } from './browser.ts'
import { createLink } from './cuttable-link.ts'
import { patience, slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { shownIds, waitForIds, waitForLive } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
// Its microphone beeps.
visitSharedSite()

let contexts: BrowserContext[]

beforeEach(() => {
  contexts = []
})

afterEach(async () => {
  for (const context of contexts) await context.close()
})

/** Opens a page as somebody with a browser of their own. */
async function open(url: string, { permissions = [] as readonly string[], javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ javaScriptEnabled, locale: 'en-US' })
  contexts.push(context)
  // What is not granted is refused.
  await context.grantPermissions([...permissions])
  const page = await context.newPage()
  await page.goto(url)
  if (javaScriptEnabled) await waitForLive(page)
  return page
}

/** A picture as a camera might take it, larger than what the site sends. */
async function painted(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1_200, height: 900 })
    const context = canvas.getContext('2d')
    for (let stripe = 0; context && stripe < 300; stripe++) {
      context.fillStyle = `hsl(${stripe * 7} 70% 50%)`
      context.fillRect((stripe * 97) % 1_200, (stripe * 61) % 900, 90, 70)
    }
    return canvas.toDataURL('image/png')
  })
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}

async function choosePicture(page: Page, name: string): Promise<void> {
  const file = { name, mimeType: 'image/png', buffer: await painted(page) }
  await page.getByLabel('Picture', { exact: true }).setInputFiles(file)
}

/** What a reader sees of a picture: decoded, or it has no natural width. */
function seen(page: Page, name: RegExp) {
  return page.getByRole('img', { name }).evaluate(async (image: HTMLImageElement) => {
    await image.decode()
    return {
      width: image.naturalWidth,
      height: image.naturalHeight,
      // What keeps its place before it is decoded.
      place: [image.getAttribute('width'), image.getAttribute('height')],
      shown: image.clientWidth,
      type: image.src.slice(0, image.src.indexOf(',')),
    }
  })
}

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** Publishes a picture without the site's page, and returns the status of the answer. */
async function post(room: string, image: Buffer, width = 1): Promise<number> {
  const picture = { image: { 'baro:bytes': image.toString('base64') }, mimeType: 'image/png', width, height: 1 }
  const { status } = await fetch(`${site.url}/baro/channels/room:${room}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'picture', payload: { name: 'Eve', picture } }),
  })
  return status
}

const asSent = { width: 320, height: 240, place: ['320', '240'], type: 'data:image/webp;base64' }

describe('a picture', () => {
  test('is made small, and seen by its sender, in another tab, by another browser, and in the HTML without JavaScript', async () => {
    const { path } = createLog(() => site)
    const sender = await open(`${site.url}/en${path}`)
    const reader = await open(`${site.url}/en${path}`)
    const tab = await sender.context().newPage()
    await tab.goto(`${site.url}/en${path}`)
    await waitForLive(tab)
    const complaints = [sender, reader, tab].map(complaintsOf)
    await choosePicture(sender, 'sea.png')
    for (const page of [sender, reader, tab])
      expect(await seen(page, /^Picture from Guest \w{4}: sea.png$/)).toMatchObject(asSent)
    // Nobody has asked for the Korean page yet, so that it is rendered now.
    const withoutScript = await open(`${site.url}/ko${path}`, { javaScriptEnabled: false })
    expect(await seen(withoutScript, /^사진\(보낸 사람: 손님 \w{4}\): sea.png$/)).toMatchObject(asSent)
    const hydrated = await open(`${site.url}/ko${path}`)
    expect(await seen(hydrated, /^사진\(보낸 사람: 손님 \w{4}\): sea.png$/)).toMatchObject(asSent)
    expect(complaints.flat()).toEqual([])
  })

  test('I1 I5: sent while the connection is down is shown at once, and arrives once, in order', async () => {
    const log = createLog(() => site)
    const link = await createLink(site.port)
    const sender = await open(`${link.url}/en${log.path}`)
    await log.publish(1)
    await waitForIds(sender, log.ids)
    link.cut()
    await sender.waitForSelector('[data-connection=waiting]')
    await choosePicture(sender, 'late.png')
    await sender.locator('[data-pending]').getByRole('img').waitFor()
    await log.publish(1)
    link.mend()
    const reader = await open(`${site.url}/en${log.path}`)
    expect(await seen(reader, /^Picture from Guest \w{4}: late.png$/)).toMatchObject(asSent)
    await expect.poll(() => shownIds(sender), patience).toEqual(await shownIds(reader))
    expect(await shownIds(reader)).toHaveLength(3)
    link.close()
  })

  test('may be pasted or dropped, and keeps a narrow page narrow', async () => {
    const page = await open(`${site.url}/en${createLog(() => site).path}`)
    await page.setViewportSize({ width: 390, height: 844 })
    const base64 = (await painted(page)).toString('base64')
    for (const [kind, name] of [
      ['paste', 'pasted.png'],
      ['drop', 'dropped.png'],
    ] as const) {
      await page.evaluate(
        ([kind, name, base64]) => {
          const transfer = new DataTransfer()
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
          transfer.items.add(new File([bytes], name, { type: 'image/png' }))
          const options = { bubbles: true, cancelable: true }
          document.body.dispatchEvent(
            kind === 'paste'
              ? new ClipboardEvent(kind, { ...options, clipboardData: transfer })
              : new DragEvent(kind, { ...options, dataTransfer: transfer }),
          )
        },
        [kind, name, base64] as const,
      )
      const { shown } = await seen(page, new RegExp(`^Picture from Guest \\w{4}: ${name}$`))
      expect(shown).toBeGreaterThan(200)
      expect(shown).toBeLessThanOrEqual(320)
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })

  test('that is none is refused in words', async () => {
    const page = await open(`${site.url}/en${createLog(() => site).path}`)
    await page
      .getByLabel('Picture', { exact: true })
      .setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="alert(1)"/>') })
    await page.getByRole('alert').getByText('This file cannot be read as a picture.').waitFor()
    expect(await shownIds(page)).toEqual([])
  })

  test('that is a script under the name of a picture is refused by the server, whoever sends it', async () => {
    const { room } = createLog(() => site)
    expect(await post(room, Buffer.from('<html><script>alert(1)</script></html>'))).toBe(422)
    expect(await post(room, pixel, 320)).toBe(422)
    expect(await post(room, pixel)).toBe(200)
  })

  test('that is old gives its place to a note', async () => {
    const { path, room } = createLog(() => site)
    const page = await open(`${site.url}/en${path}`)
    for (let count = 0; count < 5; count++) await post(room, pixel)
    await page.getByText('This picture is no longer kept.').waitFor()
    expect(await page.locator('[data-id]').count()).toBe(5)
    expect(await page.getByRole('img', { name: 'Picture from Eve' }).count()).toBe(4)
  })

  test('is chosen with the keyboard alone', async () => {
    const page = await open(`${site.url}/en${createLog(() => site).path}`)
    const chooser = page.waitForEvent('filechooser')
    await page.getByLabel('Name').focus()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('file')
    await page.keyboard.press('Enter')
    await (await chooser).setFiles({ name: 'key.png', mimeType: 'image/png', buffer: await painted(page) })
    expect(await seen(page, /^Picture from Guest \w{4}: key.png$/)).toMatchObject(asSent)
  })
})

describe('a voice note', () => {
  test('is recorded until it is stopped, and heard by its sender and by another browser', async () => {
    const { path } = createLog(() => site)
    const speaker = await open(`${site.url}/en${path}`, { permissions: ['microphone'] })
    const listener = await open(`${site.url}/en${path}`)
    await speaker.getByRole('button', { name: 'Record', exact: true }).click()
    await speaker.getByRole('status').getByText('Recording, for 5 seconds at most.').waitFor()
    const stop = speaker.getByRole('button', { name: 'Stop', exact: true })
    const width = (await stop.boundingBox())?.width
    // It counts down from five. Two seconds are one more than is asked for below: a busy machine begins to record late, and may not
    // show each second.
    await stop.getByText(/[123] s/).waitFor()
    await stop.click()
    const idle = speaker.getByRole('button', { name: 'Record', exact: true })
    expect((await idle.boundingBox())?.width).toBe(width)
    for (const page of [speaker, listener]) {
      const player = page.getByLabel(/^Voice note from Guest \w{4}, [1-4] s$/)
      // Some browsers write a recording without its duration; then it is infinite, as far as a player knows.
      await expect.poll(() => player.evaluate((audio: HTMLAudioElement) => audio.duration), patience).toBeGreaterThan(1)
      const samples = await player.evaluate(async (audio: HTMLAudioElement) => {
        const context = new OfflineAudioContext(1, 1, 48_000)
        // The policy of the site lets a page show a data: URL, and not fetch one.
        const bytes = Uint8Array.from(atob(audio.src.split(',')[1] ?? ''), (character) => character.charCodeAt(0))
        const decoded = await context.decodeAudioData(bytes.buffer)
        // One by one: as arguments of one call, those of three seconds are too many.
        const loudest = decoded.getChannelData(0).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
        return { seconds: decoded.duration, loudest }
      })
      expect(samples.seconds).toBeGreaterThan(0.8)
      expect(samples.seconds).toBeLessThan(6)
      expect(samples.loudest).toBeGreaterThan(0.01)
    }
  })

  test('stops by itself after five seconds, and stays within its bytes', async () => {
    const { path, room } = createLog(() => site)
    const speaker = await open(`${site.url}/en${path}`, { permissions: ['microphone'] })
    await speaker.getByRole('button', { name: 'Record', exact: true }).click()
    await speaker.getByLabel(/^Voice note from Guest \w{4}, [56] s$/).waitFor()
    const { snapshot } = await (await fetch(`${site.url}/baro/channels/room:${room}`)).json()
    const { sound, durationMs } = snapshot[0].voice
    expect(durationMs).toBeGreaterThan(4_900)
    expect(Buffer.from(sound['baro:bytes'], 'base64').length).toBeLessThan(32 << 10)
  })

  test('is not sent by who leaves the page while it is recorded', async () => {
    const { path, room } = createLog(() => site)
    const speaker = await open(`${site.url}/en${path}`, { permissions: ['microphone'] })
    const listener = await open(`${site.url}/en${path}`)
    await speaker.getByRole('button', { name: 'Record', exact: true }).click()
    await speaker.getByText(/[234] s/).waitFor()
    await speaker.getByRole('link', { name: 'Engineering' }).click()
    await speaker.getByRole('heading', { name: 'Engineering' }).waitFor()
    await speaker.getByRole('link', { name: 'Lounge' }).click()
    await speaker.getByRole('heading', { name: 'Lounge' }).waitFor()
    await waitForLive(speaker)
    // Whatever the speaker had sent would stand before this.
    const id = await site.publish(room, `after-${Date.now()}`)
    await waitForIds(listener, [id])
  })

  test('says so where the microphone is refused', async () => {
    const page = await open(`${site.url}/en${createLog(() => site).path}`)
    await page.getByRole('button', { name: 'Record', exact: true }).click()
    await page.getByRole('alert').getByText('The microphone was refused.').waitFor()
    await page.getByRole('button', { name: 'Record', exact: true }).waitFor()
    expect(await shownIds(page)).toEqual([])
  })

  test('is not offered where there is no microphone to ask for', async () => {
    const context = await browser.newContext({ locale: 'en-US' })
    contexts.push(context)
    const page = await context.newPage()
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'MediaRecorder'))
    await page.goto(`${site.url}/en${createLog(() => site).path}`)
    await waitForLive(page)
    await page.getByLabel('Picture', { exact: true }).waitFor({ state: 'attached' })
    expect(await page.locator('button').allTextContents()).toEqual(['Send'])
  })
})
