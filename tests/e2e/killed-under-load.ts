/**
 * The site, killed again and again while several publish into a room that a page of Chromium shows. A publisher sends the same id until
 * it is answered, as a client does; what was answered with a position is acknowledged. The page is never loaded again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { launchBrowser, socketsOf } from './browser.ts'
import { waitForLive } from './room-page.ts'
import { type Site, startSite } from './site.ts'

/** What became of the page. */
export interface Survived {
  readonly kills: number
  /** Ids of the publishes that were acknowledged, in the order of their offsets. */
  readonly acknowledged: readonly string[]
  /** Publishes that were at work when the process died, of which it said that nobody knows. */
  readonly unknown: readonly string[]
  /** Ids that the page showed, in the order in which they came. */
  readonly shown: readonly string[]
  /** What the page was wrong about: an id that stood in its list twice, a new one above one shown before, a reset on whatever rung. */
  readonly violations: readonly string[]
  /** On WebSocket alone: after a kill a page may come back by another rung. */
  readonly recoveries: number
  readonly resets: number
  /** Requests that had no answer when a process died. */
  readonly cutOff: number
}

const publishers = 4
// A room shows its newest 100 messages, and each id is to be seen in it.
const mostUnseen = 60
// More than that, so the page is back before the next kill.
const publishesPerKill = 100
const pauseMs = 5
const againMs = 20

export async function killUnderLoad(kills: number, report: (sentence: string) => void): Promise<Survived> {
  const folder = mkdtempSync(join(tmpdir(), 'baro-kills-'))
  const browser = await launchBrowser()
  let site = await startSite({ folder })
  try {
    const room = `killed-${process.pid}`
    const page = await browser.newPage()
    const sockets = socketsOf(page)
    const shown: string[] = []
    const violations: string[] = []
    await page.exposeFunction('shownFirst', (ids: readonly string[]) => void shown.push(...ids))
    await page.exposeFunction('isWrong', (sentence: string) => void violations.push(sentence))
    await page.addInitScript(watchRoom)
    await page.goto(`${site.url}/rooms/${room}`)
    await waitForLive(page)

    const load = startLoad(
      () => site,
      room,
      () => shown.length,
    )
    for (let round = 1; round <= kills; round++) {
      await load.acknowledged(load.log.size + publishesPerKill)
      await site.kill()
      site = await startSite({ port: site.port, folder })
      report(`${round} of ${kills}: ${load.log.size} acknowledged, ${shown.length} shown`)
    }
    await load.acknowledged(load.log.size + publishesPerKill)
    await load.stop()
    await waitForShown(page, () => shown.length >= load.log.size)
    await waitForLive(page)

    const received = sockets.flatMap((socket) => socket.received(`room:${room}`))
    return {
      kills,
      acknowledged: [...load.log].sort(([, a], [, b]) => a - b).map(([id]) => id),
      unknown: load.unknown,
      shown,
      violations,
      recoveries: received.filter((type) => type === 'baro:recovered').length,
      resets: received.filter((type) => type === 'baro:reset').length,
      cutOff: load.cutOff(),
    }
  } finally {
    await browser.close()
    await site.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs in the page. */
function watchRoom(): void {
  const known = new Set<string>()
  const told = window as unknown as { shownFirst(ids: readonly string[]): void; isWrong(sentence: string): void }
  // Without a name, because a name is given by a function of the compiler, which the page does not have.
  new MutationObserver(() => {
    if (document.querySelector('[data-hand-over=reset]')) told.isWrong('reset')
    const ids = [...document.querySelectorAll('[role=log] [data-id]')].map((item) => item.getAttribute('data-id') ?? '')
    if (new Set(ids).size < ids.length) told.isWrong(`doubled: ${ids.join()}`)
    const first = ids.findIndex((id) => !known.has(id))
    if (first < 0) return
    const fresh = ids.slice(first)
    if (fresh.some((id) => known.has(id))) told.isWrong(`out of order: ${ids.join()}`)
    const added = fresh.filter((id) => !known.has(id))
    for (const id of added) known.add(id)
    told.shownFirst(added)
  }).observe(document, { subtree: true, childList: true, attributes: true })
}

/** A page that never shows all of it is told by the comparison, in a better sentence than that of a wait. */
async function waitForShown(page: Page, isShown: () => boolean): Promise<void> {
  for (let left = 1_500; left > 0 && !isShown(); left--) await page.waitForTimeout(againMs)
}

interface Load {
  /** Offsets by the ids of what was acknowledged. */
  readonly log: ReadonlyMap<string, number>
  readonly unknown: readonly string[]
  cutOff(): number
  /** Resolves once so many publishes were acknowledged. */
  acknowledged(count: number): Promise<void>
  /** Resolves once each publish has its answer. */
  stop(): Promise<void>
}

function startLoad(site: () => Site, room: string, seen: () => number): Load {
  const log = new Map<string, number>()
  const unknown: string[] = []
  let cutOff = 0
  let isOver = false

  async function publishUntilAnswered(id: string): Promise<void> {
    for (;;) {
      const answer = await post(`${site().url}/baro/channels/room:${room}`, id).catch(() => undefined)
      if (!answer) cutOff++
      else if (answer.position !== undefined) return void log.set(id, Number(answer.position.split('.')[2]))
      else if (answer.code === 'unknown-outcome') return void unknown.push(id)
      else if (!passing.has(answer.code ?? '')) throw new Error(`${id}: ${JSON.stringify(answer)}`)
      await wait(againMs)
    }
  }
  const working = Array.from({ length: publishers }, async (_, publisher) => {
    for (let number = 0; !isOver; number++) {
      while (log.size - seen() > mostUnseen) await wait(againMs)
      await publishUntilAnswered(`p${publisher}-${String(number).padStart(5, '0')}`)
      await wait(pauseMs)
    }
  })
  const ended = Promise.all(working)
  ended.catch(() => {})
  return {
    log,
    unknown,
    cutOff: () => cutOff,
    async acknowledged(count) {
      while (log.size < count) await Promise.race([wait(againMs), ended])
    },
    async stop() {
      isOver = true
      await ended
    },
  }
}

const passing = new Set(['rate-limited', 'unavailable', 'in-progress'])

interface Answer {
  readonly position?: string
  readonly code?: string
}

async function post(url: string, id: string): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'message', payload: { name: 'log', text: `text of ${id}` }, id }),
  })
  const { error, ...published } = await response.json()
  return { ...published, ...error }
}
