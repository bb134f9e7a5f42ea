/** A page and a server of `examples/tutorials`, with a link between them that is cut. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { type CuttableLink, createLink } from '../e2e/cuttable-link.ts'
import { readSource } from '../house/source-files.ts'
import type { Order, Ports } from './serving.ts'

const folder = fileURLToPath(new URL('../../examples/tutorials/', import.meta.url))
const serving = fileURLToPath(new URL('./serving.ts', import.meta.url))

/** What tokens are signed with. */
export const secret = 'thirty-two bytes that nobody else knows'

/** All servers of the examples, in one process. */
export class Servers {
  readonly #child: ChildProcess
  readonly #ports: Ports
  #last: Promise<unknown> = Promise.resolve()

  private constructor(child: ChildProcess, ports: Ports) {
    this.#child = child
    this.#ports = ports
  }

  /** Starts these servers, or all. */
  static async start(...files: readonly string[]): Promise<Servers> {
    const child = fork(serving, files, {
      env: { ...process.env, PORT: '0', JWT_SECRET: secret },
      execArgv: ['--conditions=baro-source', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const [ports] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (typeof ports !== 'object') throw new Error('The servers of examples/tutorials have not started.')
    return new Servers(child, ports as Ports)
  }

  /** The port of a server, by its file. */
  port(file: string): number {
    const port = this.#ports[file]
    if (port === undefined) throw new Error(`examples/tutorials/servers has no ${file} that exports its server.`)
    return port
  }

  /** Gives an order; settles when it was carried out. One at a time. */
  order(order: Order): Promise<unknown> {
    this.#last = this.#last.then(() => {
      this.#child.send(order)
      return once(this.#child, 'message')
    })
    return this.#last
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}

/** A page with this script, or this page. */
export async function pageOf(path: string, code: string): Promise<string> {
  if (path.endsWith('.html')) return code
  const script = /^import /m.test(code) ? await bundled(path, code) : code
  const page = readSource('examples/tutorials/clients/page.html')
  return page.replace('</body>', () => `<script type="module">${script}</script></body>`)
}

async function bundled(path: string, code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, sourcefile: path, resolveDir: folder + dirname(path) },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['baro-source', 'browser'],
    logLevel: 'silent',
  })
  return (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script')
}

/** A page that is open, and the link to its server. */
export interface OpenPage {
  readonly page: Page
  /** What it shows, in order. */
  shown(): Promise<readonly string[]>
  /** Drops its connections, and refuses others. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

/** Opens the path of a page over a link. Its timers are the test’s to wind forward. */
export async function openAt(browser: Browser, link: CuttableLink, path: string, prepare: Prepare): Promise<OpenPage> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.clock.install()
  await prepare(page)
  await page.goto(link.url + path)
  return {
    page,
    shown: () => page.locator('#messages li').allTextContents(),
    cut: link.cut,
    mend: link.mend,
    close: () => context.close(),
  }
}

type Prepare = (page: Page) => Promise<unknown>

/** Where a page is opened, and with what. */
export interface Opening {
  readonly browser: Browser
  readonly servers: Servers
  readonly server: string
  readonly html: string
  readonly token: string
}

let count = 0

/** Opens this page at a server. `localhost:PORT` in it is a link of its own. */
export async function openPage({ browser, servers, server, html, token }: Opening): Promise<OpenPage> {
  const link = await createLink(servers.port(server))
  const path = `/page/${++count}`
  await servers.order({ path, html: html.replaceAll(/localhost:(?:3000|8080)/g, new URL(link.url).host) })
  const open = await openAt(browser, link, path, (page) =>
    page.addInitScript((text) => localStorage.setItem('token', text), token),
  )
  return {
    ...open,
    async close() {
      await open.close()
      link.close()
    },
  }
}
