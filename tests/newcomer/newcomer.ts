/**
 * `npm run newcomer`: what a newcomer does with the README alone. It packs the packages, lets `create-next-app` lay out an
 * app with its defaults, follows the blocks of the README to the letter, builds and starts the app in each way, and sees in
 * Chromium that a page goes live. It prints a table, and fails if one way failed.
 *
 *   npm run newcomer                 all ways
 *   npm run newcomer -- webpack      those whose name contains the word
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '../../scripts/services/chromium.ts'
import { launchBrowser } from '../e2e/browser.ts'
import { readmeBlocks } from './readme-blocks.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const readme = join(root, 'README.md')
const fonts = fileURLToPath(new URL('./fonts.cjs', import.meta.url))

/** The app that the server of the README is for, not for Next. */
const isOfNext = (file: string) => !['server.ts', 'client.ts', 'plain.ts'].includes(file)

interface Way {
  readonly name: string
  readonly bundler: '--turbopack' | '--webpack'
  readonly cacheComponents: boolean
}

const ways: readonly Way[] = [true, false].flatMap((cacheComponents) =>
  (['--turbopack', '--webpack'] as const).map((bundler) => ({
    name: `${bundler.slice(2)}${cacheComponents ? '' : ' without cacheComponents'}`,
    bundler,
    cacheComponents,
  })),
)

function run(folder: string, command: string, ...args: readonly string[]): void {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fonts }
  try {
    execFileSync(command, args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  }
}

function write(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}

/** An app as the generator and the README make it. */
function layOut(folder: string): string {
  const generator = createRequire(import.meta.url).resolve('create-next-app/dist/index.js')
  run(folder, process.execPath, generator, 'app', '--yes', '--skip-install', '--disable-git')
  const app = join(folder, 'app')
  const tarballs = readdirSync(join(root, 'tarballs')).map((name) => resolve(root, 'tarballs', name))
  run(app, 'npm', 'install', '--no-audit', '--no-fund', ...tarballs, 'zod')
  return app
}

function follow(app: string, { cacheComponents }: Way): void {
  write(app, new Map([...readmeBlocks(readme, 'file')].filter(([file]) => isOfNext(file))))
  const config = join(app, 'next.config.ts')
  const generated = readFileSync(config, 'utf8').replace('cacheComponents: false', 'cacheComponents: true')
  if (!generated.includes('cacheComponents: true')) throw new Error('The generator has changed its defaults: read it.')
  if (cacheComponents) return writeFileSync(config, generated)
  write(app, readmeBlocks(readme, 'instead'))
  writeFileSync(
    config,
    generated.replace('cacheComponents: true', 'cacheComponents: false').replace(/ *partialPrefetching.*\n/, ''),
  )
}

/** Starts the app on a free port; resolves with its URL. */
async function start(app: string): Promise<{ readonly url: string; end(): void; readonly printed: () => string }> {
  const next = join(app, 'node_modules/next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'start', '-p', '0'], { cwd: app, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const url = await new Promise<string>((found, failed) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk
        const at = /http:\/\/localhost:\d+/.exec(text)?.[0]
        if (at && text.includes('Ready')) found(at)
      })
    child.once('exit', () => failed(new Error(`The app ended:\n${text}`)))
  })
  return { url, end: () => child.kill('SIGKILL'), printed: () => text }
}

/** Two people in a room, and the route handler: each sees what the others say. */
async function seeLive(url: string): Promise<void> {
  const browser = await launchBrowser()
  try {
    for (let asked = 0; asked < 3; asked++) await (await fetch(`${url}/rooms/1`)).text()
    const [ada, bob] = [await browser.newPage(), await browser.newPage()]
    for (const page of [ada, bob]) {
      await page.goto(`${url}/rooms/1`)
      await page.getByText('live', { exact: true }).waitFor()
    }
    // Longer than 32 bytes on the wire, as what people say is.
    await ada.fill('input[name=text]', 'Hello, is anybody there?')
    await ada.keyboard.press('Enter')
    for (const page of [ada, bob]) await page.getByText('Hello, is anybody there?').waitFor()
    const answer = await fetch(`${url}/rooms/1/news`, { method: 'POST' })
    if (answer.status !== 204) throw new Error(`The route handler answered ${answer.status}: ${await answer.text()}`)
    for (const page of [ada, bob]) await page.getByText('From the server').waitFor()
    const cached = await fetch(`${url}/rooms/1`)
    if (cached.headers.get('x-nextjs-cache') === null) throw new Error('The page is not cached.')
  } finally {
    await browser.close()
  }
}

async function tryWay(app: string, way: Way): Promise<string> {
  try {
    follow(app, way)
    rmSync(join(app, '.next'), { recursive: true, force: true })
    run(app, process.execPath, join(app, 'node_modules/next/dist/bin/next'), 'build', way.bundler)
    const started = await start(app)
    try {
      await seeLive(started.url)
      return 'live'
    } catch (error) {
      return `${error instanceof Error ? error.message : error}\n${started.printed()}`
    } finally {
      started.end()
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

Object.assign(process.env, chromium.prepare())
const word = process.argv[2] ?? ''
const folder = mkdtempSync(join(tmpdir(), 'baro-newcomer-'))
try {
  run(root, 'npm', 'run', 'pack')
  const app = layOut(folder)
  for (const way of ways.filter(({ name }) => name.includes(word))) {
    const outcome = await tryWay(app, way)
    console.log(`${way.name.padEnd(36)}${outcome}`)
    if (outcome !== 'live') process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
