import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../browser.ts'
import { type Site, startSite } from '../site.ts'

/**
 * What the pages look like at the moments at which pages tend to lie, for people to look at:
 *
 *     npm run screenshots                 all of them, into .cache/screenshots
 *     npm run screenshots -- lost offline  only these moments
 *
 * The site must have been built. Nothing is compared; `tests/e2e` holds what can be said exactly.
 */
const out = fileURLToPath(new URL('../../../.cache/screenshots/', import.meta.url))
const renderedOnRequest = fileURLToPath(new URL('../../../examples/site/.next/server/route-cache', import.meta.url))
const languages = ['ko', 'en'] as const
const paths = {
  home: '',
  room: '/rooms/1',
  machine: '/machine',
  transports: '/transports',
  devices: '/device',
  device: '/device/kitchen',
  'pages-router': '/pages-router',
  compat: '/compat',
  demos: '/demos',
  board: '/board',
  play: '/play',
  stream: '/stream',
  inbox: '/inbox',
  write: '/write/1',
  missing: '/nothing',
} as const
/** Pages of the database, which has a moment of its own. */
const rowPaths = { news: '/news', article: '/news/1', shop: '/shop', market: '/market' } as const
const widths = [1_440, 390] as const
const schemes = ['light', 'dark'] as const

/** What people have done together, and its own moment makes. */
const meetingPaths = {
  'stream-text': '/stream',
  'write-empty': '/write/empty',
  'club-owner': '/club/{language}',
  'club-reader': '/club/{language}',
  moderation: '/club/{language}/moderation',
  'moderation-reader': '/club/{language}/moderation',
} as const

type Name = keyof typeof paths | keyof typeof rowPaths | keyof typeof meetingPaths
type Language = (typeof languages)[number]

interface Visit {
  readonly name: Name
  readonly language: Language
  readonly page: Page
}

const hourAgo = ['--import', new URL('./hour-ago.mjs', import.meta.url).href]
const conversation: readonly (readonly [name: string, text: string])[] = [
  ['서연', '안녕하세요! 배포 끝났나요?'],
  ['민준', '네, 방금 끝났습니다. 캐시된 페이지도 새로고침 없이 그대로 이어지네요.'],
  ['Ada', 'Nice. The page says it was rendered at 2, and I got 3 and 4 on connecting.'],
  ['Ada', 'https://developer.mozilla.org/en-US/docs/Web/API/WebSockets_API explains the rest'],
  [
    '지우',
    '점심은 12시 반에 1층에서 볼까요? 아니면 조금 늦게, 회의가 끝난 다음에 만나도 괜찮습니다. 편한 시간을 알려 주세요.',
  ],
  ['', 'ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ'],
]

let browser: Browser
let site: Pick<Site, 'url' | 'port' | 'kill'> = { url: '', port: 0, kill: async () => {} }
let folder = ''

/** Each moment begins with no site running, and ends with whatever it has left. */
const moments: Readonly<Record<string, () => Promise<void>>> = {
  async 'first-visit'() {
    await startEmpty()
    await shootAll('first-visit', await visitAll(goLive))
  },

  async rows() {
    await startEmpty([], true)
    const visits = await visitAll(goLive, rowPaths)
    // Some trades of the bots.
    await setTimeout(20_000)
    await shootAll('rows', visits)
  },

  async 'in-use'() {
    await startEmpty()
    await talk()
    const visits = await visitAll(goLive)
    for (const visit of visits) await use(visit)
    await setTimeout(6_000)
    await shootAll('in-use', visits)
  },

  async meeting() {
    await startEmpty()
    const { board, play, stream, inbox, write, demos } = paths
    for (const language of languages) {
      const visits = await visitAll(meet, { board, play, stream, inbox, write, demos, ...meetingPaths }, [language])
      await setTimeout(4_000)
      await shootAll('meeting', visits)
      for (const { page } of visits) await page.context().close()
    }
  },

  async unhydrated() {
    await startEmpty()
    await talk()
    const visits = await visitAll(async (visit) => {
      // Never answered: as long as one looks, the scripts are on their way.
      await visit.page.route('**/*.js', () => {})
      await visit.page.goto(address(visit), { waitUntil: 'commit' })
      await visit.page.locator('main').waitFor()
    })
    await shootAll('unhydrated', visits)
  },

  async 'idle-hour'() {
    await startEmpty(hourAgo)
    await talk()
    const cached = new Map<string, string>()
    for (const language of languages)
      for (const name of Object.keys(paths) as Name[])
        cached.set(name + language, await (await fetch(address({ name, language }))).text())
    await setTimeout(60_000)
    await site.kill()
    site = await startSite({ folder })
    const visits = await visitAll(async (visit) => {
      // What a cache in between has kept for an hour.
      await visit.page.route(address(visit), (route) =>
        route.fulfill({ contentType: 'text/html', body: cached.get(visit.name + visit.language) ?? '' }),
      )
      await goLive(visit)
    })
    await shootAll('idle-hour', visits)
  },

  async restarted() {
    await startEmpty()
    await talk()
    const visits = await visitAll(goLive)
    await site.kill()
    await setTimeout(8_000)
    await shootAll('down', visits)
    site = await startSite({ folder, port: site.port })
    for (const visit of visits) await waitForLive(visit)
    await setTimeout(3_000)
    await shootAll('restarted', visits)
  },

  async lost() {
    await startEmpty()
    await talk()
    const visits = await visitAll(goLive)
    await site.kill()
    rmSync(folder, { recursive: true })
    site = await startSite({ folder, port: site.port })
    for (const visit of visits) await waitForLive(visit)
    await setTimeout(3_000)
    await shootAll('lost', visits)
  },

  async offline() {
    await startEmpty()
    await talk()
    const visits = await visitAll(goLive)
    for (const { page } of visits) await page.context().setOffline(true)
    await setTimeout(1_000)
    await shootAll('offline', visits)
  },
}

/** A site as it is after a build: nothing is kept, and no page was asked for. */
async function startEmpty(execArgv: readonly string[] = [], database = false): Promise<void> {
  rmSync(renderedOnRequest, { recursive: true, force: true })
  folder = mkdtempSync(join(tmpdir(), 'baro-screenshots-'))
  site = await startSite({ folder, execArgv, database })
}

/** People talk in a room, and a device is told to do something. */
async function talk(): Promise<void> {
  for (const [name, text] of conversation) await publish('room:1', 'message', { ...(name && { name }), text })
  await publish('device:kitchen', 'report', { battery: 0.63, charging: true, orientation: 'portrait' })
  await publish('device:kitchen', 'command', { what: 'vibration', value: 'long' })
  await publish('device:kitchen', 'command', { what: 'colour', value: 'violet', lifeSeconds: 600 })
}

async function publish(channel: string, type: string, payload: object): Promise<void> {
  const answer = await fetch(`${site.url}/baro/channels/${channel}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type, payload }),
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}

function address({ name, language }: Pick<Visit, 'name' | 'language'>): string {
  return `${site.url}/${language}${{ ...paths, ...rowPaths, ...meetingPaths }[name].replace('{language}', language)}`
}

async function visitAll(
  open: (visit: Visit) => Promise<void>,
  of: Readonly<Partial<Record<Name, string>>> = paths,
  spoken: readonly Language[] = languages,
): Promise<readonly Visit[]> {
  const visits: Visit[] = []
  for (const language of spoken)
    for (const name of Object.keys(of) as Name[]) {
      const context = await browser.newContext({
        locale: language === 'ko' ? 'ko-KR' : 'en-US',
        timezoneId: 'Asia/Seoul',
        viewport: { width: widths[0], height: 900 },
      })
      const visit = { name, language, page: await context.newPage() }
      await open(visit)
      visits.push(visit)
    }
  return visits
}

async function goLive(visit: Visit): Promise<void> {
  await visit.page.goto(address(visit))
  await waitForLive(visit)
  // Long enough for a first live second.
  await setTimeout(1_500)
}

async function waitForLive({ name, page }: Visit): Promise<void> {
  if (name !== 'transports' && name !== 'compat' && name !== 'inbox' && name !== 'missing')
    await page.waitForSelector('[data-connection=live]')
}

/** Does on a page what it is for; the visits of a language come in their order, so a reader finds what the owner has done. */
async function meet(visit: Visit): Promise<void> {
  const { name, language, page } = visit
  const isOfMembers = /inbox|club|moderation/.test(name)
  if (name === 'moderation') {
    // Who owns the room is in another window.
    const owner = pages.get(`club-owner ${language}`)
    await page.context().addCookies((await owner?.context().cookies()) ?? [])
  }
  await page.goto(address(visit))
  if (isOfMembers && name !== 'moderation') {
    await page
      .locator('main [name=name]')
      .fill({ 'club-owner': '서연', 'club-reader': 'Ada' }[name as string] ?? '민준')
    await page.locator('main [type=submit]').first().click()
  }
  if (!/moderation-reader/.test(name)) await page.waitForSelector('[data-connection=live]')
  pages.set(`${name} ${language}`, page)
  if (name === 'stream-text') {
    await page.locator('main [name=prompt]').fill(language === 'ko' ? '터널 속의 기차' : 'A train in a tunnel')
    await page.locator('main [type=submit]').click()
    await page.locator('[data-text]').waitFor()
  }
  if (name === 'inbox')
    for (const text of ['12시 반에 점심 어때요?', 'The build is green. 배포해도 됩니다.']) {
      await page.locator('main [name=text]').fill(text)
      await page.locator('main form [type=submit]').first().click()
      await page.getByText(text).waitFor()
    }
  if (name === 'write')
    await page.locator('textarea').pressSequentially('바로는 지금 여기서 이어집니다.\nA page is a snapshot.\n')
  const owner = pages.get(`club-owner ${language}`)
  if (name === 'club-owner') await say(page, '안녕하세요! 회의는 세 시입니다.')
  if (name === 'club-reader' && owner) {
    for (const text of ['buy cheap watches', 'http://spam.example/watches', '네, 세 시에 봐요.']) await say(page, text)
    for (const index of [1, 1]) {
      await owner.locator('[data-id] > button').nth(index).click()
      await owner.locator('dialog[open] button').first().click()
      await owner.locator('dialog[open]').waitFor({ state: 'detached' })
    }
    await owner.locator('[data-id] > button').nth(1).click()
    await owner.locator('dialog[open] button').nth(1).click()
  }
  await use(visit)
}

const pages = new Map<string, Page>()

async function say(page: Page, text: string): Promise<void> {
  await page.locator('main textarea').fill(text)
  await page.locator('main textarea').press('Enter')
  await page.locator('[data-id]:not([data-pending])').getByText(text, { exact: true }).waitFor()
}

/** What a reader does on a page. */
async function use({ name, language, page }: Visit): Promise<void> {
  if (name === 'room') {
    await page.locator('[name=name]').fill('하나')
    await page.locator('textarea').fill('저도 갈게요.\nSee you there.')
    await page.locator('[type=submit]').click()
    await page.locator('textarea').pressSequentially('그런데')
  }
  if (name === 'machine') {
    await page.locator('[data-paused], main button').first().click()
    await page.locator('[type=range]').focus()
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft')
  }
  if (name === 'transports') {
    await page.locator('main button').first().click()
    await page.locator('main button').last().click()
    await page.locator('main details').first().locator('summary').click()
  }
  if (name === 'device') {
    // The page in one language becomes the device, and does what it is told; the other looks on.
    if (language === 'en') await page.getByRole('button', { name: 'Be this device' }).click()
  }
  if (name === 'board') {
    await page.getByRole('application').focus()
    for (const key of [' ', 'Shift+ArrowRight', 'Shift+ArrowDown', ' ']) await page.keyboard.press(key)
  }
  if (name === 'play') await page.locator('main button').first().click()
  if (name === 'compat') await page.locator('main input, main textarea').first().fill('안녕하세요')
  if (name === 'home') await page.locator('main details summary').click()
}

async function shootAll(moment: string, visits: readonly Visit[]): Promise<void> {
  for (const { name, language, page } of visits)
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme })
      for (const width of widths) {
        await page.setViewportSize({ width, height: width > 500 ? 900 : 844 })
        await page.screenshot({ path: `${out}${moment}/${name}-${language}-${width}-${scheme}.png`, fullPage: true })
      }
    }
  console.log(`${moment}: ${visits.length * schemes.length * widths.length} screenshots`)
}

const asked = process.argv.slice(2)
const unknown = asked.filter((moment) => !(moment in moments))
if (unknown.length > 0) throw new Error(`No such moment: ${unknown}. There are ${Object.keys(moments).join(', ')}.`)
mkdirSync(out, { recursive: true })
// A page that a route fulfils has no address, and Chromium then keeps it from this machine.
browser = await launchBrowser({ without: ['LocalNetworkAccessChecks'] })
try {
  for (const moment of asked.length > 0 ? asked : Object.keys(moments)) {
    try {
      await moments[moment]?.()
    } finally {
      await site.kill()
      rmSync(folder, { recursive: true, force: true })
    }
    for (const context of browser.contexts()) await context.close()
  }
} finally {
  await browser.close()
}
console.log(`They are in ${out}`)
