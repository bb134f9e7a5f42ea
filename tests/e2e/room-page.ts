import type { Page } from 'playwright-core'

/** The ids of the messages that a room shows, in order. */
export function shownIds(page: Page): Promise<readonly string[]> {
  return page.$$eval('[role=log] [data-id]', (items) => items.map((item) => item.getAttribute('data-id') ?? ''))
}

/** Waits until a room shows exactly these messages. */
export async function waitForIds(page: Page, ids: readonly string[]): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('[role=log] [data-id]')].map((item) => item.getAttribute('data-id')).join() ===
      wanted,
    ids.join(),
  )
}

/** Waits until the room is live. */
export async function waitForLive(page: Page): Promise<void> {
  await page.waitForSelector('[data-connection=live]')
}

/**
 * Watches a room in every document of a page from its first byte: a list of messages that is not in order, that shows
 * one twice, or that is older than one shown before, is kept until `violationsOf` asks.
 */
export async function watchOrder(page: Page): Promise<void> {
  await page.addInitScript(() => {
    // Ids are chosen by the tests so that their order as text is their order in the log.
    const isWatched = (id: string) => id.startsWith('w')
    const violations: string[] = JSON.parse(sessionStorage.getItem('violations') ?? '[]')
    const complain = (text: string) => {
      violations.push(text)
      sessionStorage.setItem('violations', JSON.stringify(violations))
    }
    const look = () => {
      const list = document.querySelector('[role=log]')
      if (!list) return
      const ids = [...list.querySelectorAll('[data-id]')].map((item) => item.getAttribute('data-id') ?? '')
      const watched = ids.filter(isWatched)
      if (watched.some((id, index) => index > 0 && id <= (watched[index - 1] ?? ''))) complain(`order: ${watched}`)
      const newest = watched.at(-1) ?? ''
      const key = `newest ${location.pathname}`
      const seen = sessionStorage.getItem(key) ?? ''
      if (newest < seen) complain(`older: ${newest} after ${seen}`)
      else sessionStorage.setItem(key, newest)
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true })
    addEventListener('pageshow', look)
  })
}

/** What the watch has found. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => JSON.parse(sessionStorage.getItem('violations') ?? '[]'))
}
