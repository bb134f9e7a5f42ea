import type { Page } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { patience, slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)

visitSharedSite()

/** Opens a page whose scripts do not come until they are let through. */
async function openSlowly(path: string): Promise<{ page: Page; letThrough: () => void }> {
  let letThrough = (): void => {}
  const promise = new Promise<void>((resolve) => {
    letThrough = resolve
  })
  const page = await browser.newPage({ locale: 'en-US' })
  await page.route('**/*.js', async (route) => {
    await promise
    await route.continue()
  })
  await page.goto(site.url + path, { waitUntil: 'commit' })
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  return { page, letThrough }
}

function texts(page: Page): Promise<readonly string[]> {
  return page.$$eval('[role=log] [data-id] span:first-of-type', (items) => items.map((item) => item.textContent ?? ''))
}

describe('the form of a room', () => {
  test.each(['en', 'ko'])(
    'without a script publishes, and shows the room with what was written (%s)',
    async (language) => {
      const { path, room } = createLog(() => site)
      const context = await browser.newContext({ javaScriptEnabled: false })
      const page = await context.newPage()
      await page.goto(`${site.url}/${language}${path}`)
      for (const text of ['첫 줄\n둘째 줄', 'https://baro.example']) {
        await page.locator('[name=name]').fill('Ada')
        await page.locator('textarea').fill(text)
        await page.locator('[type=submit]').click()
        await page.waitForURL(`**/${language}${path}`)
        await page.getByText(text.split('\n')[0] ?? '').waitFor()
      }
      expect(await texts(page)).toEqual(['첫 줄\n둘째 줄', 'https://baro.example'])
      const { snapshot } = await (await fetch(`${site.url}/baro/channels/room:${room}`)).json()
      expect(snapshot).toMatchObject([{ name: 'Ada', text: '첫 줄\n둘째 줄' }, { name: 'Ada' }])
      await context.close()
    },
  )

  test('sent before the script has come is not lost', async () => {
    const { page, letThrough } = await openSlowly(`/en${createLog(() => site).path}`)
    await page.getByRole('textbox', { name: 'Message' }).fill('early')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect.poll(() => texts(page), patience).toEqual(['early'])
    letThrough()
    await waitForLive(page)
    expect(await texts(page)).toEqual(['early'])
    await page.close()
  })

  test('keeps what was typed before the script had come', async () => {
    const { page, letThrough } = await openSlowly(`/en${createLog(() => site).path}`)
    await page.getByLabel('Name').fill('Ada')
    await page.getByRole('textbox', { name: 'Message' }).fill('typed early')
    letThrough()
    await waitForLive(page)
    expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('typed early')
    await page.getByRole('textbox', { name: 'Message' }).press('Enter')
    await expect.poll(() => texts(page), patience).toEqual(['typed early'])
    expect(await page.locator('[data-id] b').textContent()).toContain('Ada')
    await page.reload()
    await waitForLive(page)
    expect(await page.getByLabel('Name').inputValue()).toBe('Ada')
    await page.close()
  })

  test('takes nothing from another site, nothing that is too long, and nothing that is no message', async () => {
    const { path, room } = createLog(() => site)
    const post = async (body: string, origin: string | undefined = site.url) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(origin && { origin }) }
      const answer = await fetch(`${site.url}/en${path}/messages`, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
      })
      return answer.status
    }
    expect(await post('text=hello', 'https://evil.example')).toBe(403)
    expect(await post('text=hello', '')).toBe(403)
    expect(await post(`text=${'a'.repeat(30_000)}`)).toBe(413)
    expect(await post('text=')).toBe(422)
    expect(await post(`text=${'a'.repeat(2_001)}`)).toBe(422)
    expect(await post('text=hello')).toBe(303)
    expect((await (await fetch(`${site.url}/baro/channels/room:${room}`)).json()).snapshot).toHaveLength(1)
  })
})

test('a cached room that is empty says when that was so, and a live one that it is so', async () => {
  const { path } = createLog(() => site)
  const { page, letThrough } = await openSlowly(`/en${path}`)
  await page.getByText(/Nobody had written here when this page was rendered, .*\d\d:\d\d UTC/).waitFor()
  letThrough()
  await page.getByText('Nobody has written here yet. Say hello.').waitFor()
  await page.close()
})
