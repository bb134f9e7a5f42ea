import { parsePosition } from '@baro/core/protocol'
import type { Page, Response } from 'playwright-core'
import { expect } from 'vitest'
import { patience } from './patience.ts'
import { site } from './visited-site.ts'

/**
 * Opens a cached page whose channel moves by itself, and keeps its scripts back until the channel is at least two publications ahead of
 * it: so the page has missed something, however young it is. Says how far the channel was then.
 */
export async function openBehind(
  page: Page,
  path: string,
  channel: string,
): Promise<{ readonly answer: Response | null; readonly ahead: number }> {
  let letGo = () => {}
  const isAhead = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await page.route('**/_next/static/**/*.js', (route) => isAhead.then(() => route.continue()))
  const answer = await page.goto(site.url + path, { waitUntil: 'commit' })
  const first = await headOf(channel)
  await expect.poll(() => headOf(channel), patience).toBeGreaterThan(first + 1)
  const ahead = await headOf(channel)
  letGo()
  return { answer, ahead }
}

async function headOf(channel: string): Promise<number> {
  const { position } = await (await fetch(`${site.url}/baro/channels/${channel}`)).json()
  const parsed = parsePosition(position)
  if (!parsed.ok || parsed.value.kind !== 'at') throw new Error(`"${channel}" has no offset.`)
  return parsed.value.offset
}
