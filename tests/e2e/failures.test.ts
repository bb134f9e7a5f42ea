/**
 * Each failure of docs/debugging.md happens, and a person with a browser finds its cause in the inspector, in at most three
 * clicks. `PICTURES=folder npx vitest run tests/e2e/failures.test.ts` takes a picture of each, in both languages.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { fragmentsOf, rowsOf } from '../../packages/cli/test/failure-rows.ts'
import { failures } from '../../packages/cli/test/failures.ts'
import { inspectorQuestion } from '../../packages/cli/test/inspector-question.ts'
import { serve } from '../../packages/cli/test/stage.ts'
import { launchBrowser } from './browser.ts'
import { slow } from './patience.ts'

vi.setConfig(slow)

const pictures = process.env.PICTURES
const most = 3
const looks = {
  en: { width: 1440, colorScheme: 'light', rows: rowsOf('docs/debugging.md') },
  ko: { width: 390, colorScheme: 'dark', rows: rowsOf('docs/ko/debugging.md') },
} as const

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

/** Goes from the first page of the inspector to the answer; returns how many clicks it took. */
async function ask(page: Page, question: URLSearchParams): Promise<number> {
  await page.locator('header nav a[href="#/why"]').click()
  if (question.size === 0) return 1
  for (const [name, value] of question)
    await page.locator(`input[name=${name === 'offset' ? 'publication' : name}]`).fill(value)
  await page.locator('main form button').click()
  return 2
}

// In one of the languages each, or in both where pictures are wanted: the words of each are compared in packages/cli.
const found = Object.entries(failures)
  .map(([name, failure], index) => ({ name, failure, index }))
  .filter(({ index }) => looks.en.rows[index]?.inspector !== '—')

describe.each(found)('$name', ({ failure: { options, handlers, happens }, index }) => {
  const languages = (['en', 'ko'] as const).filter((_, at) => pictures !== undefined || index % 2 === at)
  test.each(languages)('is found in the inspector, in %s', async (language) => {
    const { width, colorScheme, rows } = looks[language]
    const stage = await serve(options, handlers)
    const argv = await happens(stage)
    // Where the command is what makes the hub hear of it.
    if (argv[0] !== 'why') await stage.baro(...argv)
    const context = await browser.newContext({
      ...{ locale: language, viewport: { width, height: 900 }, colorScheme },
      extraHTTPHeaders: { authorization: `Bearer ${stage.inspectorKey}` },
    })
    const page = await context.newPage()
    await page.goto(`${stage.url}/inspect`)
    const clicks = await ask(page, inspectorQuestion(argv))
    expect(clicks).toBeLessThanOrEqual(most)
    const row = rows[index]
    if (!row) throw new Error(`The page in ${language} has no row for it.`)
    for (const said of fragmentsOf(row.inspector)) await page.locator('main', { hasText: said }).waitFor()
    const isTooWide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    expect(isTooWide).toBe(false)
    if (pictures)
      await page.screenshot({
        path: `${pictures}/${String(index + 1).padStart(2, '0')}-${language}.png`,
        fullPage: true,
      })
    await context.close()
  })
})
