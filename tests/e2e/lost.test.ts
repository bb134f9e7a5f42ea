import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launchBrowser } from './browser.ts'
import { patience, slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { waitForIds, waitForLive } from './room-page.ts'
import { type Site, startSite } from './site.ts'

vi.setConfig(slow)

const folder = mkdtempSync(join(tmpdir(), 'baro-site-'))
let site: Site
let browser: Browser

beforeAll(async () => {
  site = await startSite({ folder })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await site?.kill()
  rmSync(folder, { recursive: true, force: true })
})

const languages = {
  en: {
    handOver: 'the server started without its earlier history: this is the state it has now',
    empty: 'The server no longer has what was written here before. Nobody has written since.',
  },
  ko: {
    handOver: '서버가 이전 기록 없이 시작되어 현재 상태를 새로 받음',
    empty: '서버에 이 대화방의 이전 기록이 남아 있지 않습니다. 그 뒤로는 메시지가 없습니다.',
  },
} as const

test('I4: after the store of the server was deleted a page says so, in its language, and counts nothing as missing or not', async () => {
  const log = createLog(() => site)
  await log.publish(3)
  const pages = new Map<keyof typeof languages, Page>()
  for (const language of ['en', 'ko'] as const) {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${site.url}/${language}${log.path}`)
    await waitForIds(page, log.ids)
    await waitForLive(page)
    pages.set(language, page)
  }

  await site.kill()
  rmSync(folder, { recursive: true })
  site = await startSite({ port: site.port, folder })

  for (const [language, page] of pages) {
    const { handOver, empty } = languages[language]
    await page.waitForSelector('[data-hand-over=reset]')
    await waitForIds(page, [])
    await page.getByText(empty).waitFor()
    const said = await page.locator('[data-hand-over=reset]').textContent()
    expect(said).toContain(handOver)
    expect(said).not.toMatch(/missing|누락/)
  }

  // It goes on from there, and the home page, which is about all rooms, says the same of itself.
  const after = createLog(() => site, log.room)
  await after.publish(1)
  for (const [language, page] of pages) {
    await waitForIds(page, after.ids)
    await page.goto(`${site.url}/${language}`)
    await waitForLive(page)
    await expect
      .poll(() => page.locator('[data-hand-over]').allTextContents(), patience)
      .not.toContainEqual(expect.stringMatching(/not connected|연결 전/))
    for (const said of await page.locator('[data-hand-over=reset]').allTextContents())
      expect(said).not.toMatch(/missing|누락/)
    await page.context().close()
  }
})
