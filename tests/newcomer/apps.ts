/** The apps that newcomers make: each is laid out, built, started, and seen to go live. */
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, type Machine, Project, type Running } from './project.ts'
import type { NextWay, Row } from './rows.ts'
import { seeRoom, seeTutorial, talk, withBrowser } from './seen-live.ts'
import { nextGenerator, tool } from './tools.ts'

/** Names what begins now, for the table. */
export type Stage = (name: 'install' | 'build' | 'live') => void

/** Makes the app of a row in this folder; throws if a newcomer would be stuck. */
export async function makeApp({ app }: Row, machine: Machine, folder: string, stage: Stage): Promise<void> {
  Project.placeClone(folder)
  if (app === 'vite') return makeVite(machine, folder, stage)
  if (app === 'node') return makeNode(machine, folder, stage)
  if (app === 'express' || app === 'express page') return makeExpress(app, machine, folder, stage)
  if (app === 'pages router') return makePagesRouter(machine, folder, stage)
  return makeNext(app, machine, folder, stage)
}

async function makeNext(way: NextWay, machine: Machine, folder: string, stage: Stage): Promise<void> {
  stage('install')
  const beside = new Project({ ...machine, manager: { ...machine.manager, files: {} } }, folder)
  const generator = way.isOld ? tool('create-next-app-15/dist/index.js') : nextGenerator()
  beside.node(generator, 'app', '--yes', '--skip-install', '--disable-git', machine.manager.generatorFlag)
  const project = new Project(machine, join(folder, 'app'))
  if (way.how === 'standalone')
    cpSync(join(folder, 'baro/tarballs'), join(project.folder, 'tarballs'), { recursive: true })
  project.add('next', 'zod')
  project.follow('channels.ts', 'instrumentation.ts', 'app/rooms/[id]/page.tsx', 'app/rooms/[id]/room.tsx')
  project.follow('app/rooms/[id]/news/route.ts')
  if (!way.cacheComponents) project.followInstead('app/rooms/[id]/page.tsx')
  configure(project, way)

  stage('build')
  const next = 'node_modules/next/dist/bin/next'
  // Next 15 builds with webpack unless it is told otherwise, and does not know the flag.
  const bundler = way.isOld ? [] : [`--${way.bundler}`]
  if (way.how === 'dev') return seeStarted(project, [next, 'dev', ...bundler], { stage, isCached: false })
  project.node(next, 'build', ...bundler)
  if (way.how === 'start') return seeStarted(project, [next, 'start'], { stage, isCached: true })
  await seeStarted(project, ['server.js'], { stage, isCached: true, cwd: packImage(project, folder) })
}

function configure(project: Project, { cacheComponents, how, isOld }: NextWay): void {
  const config = 'next.config.ts'
  if (!isOld && !cacheComponents)
    project.change(config, ['cacheComponents: true', 'cacheComponents: false'], [/ *partialPrefetching.*\n/, ''])
  else if (!isOld) project.change(config, ['cacheComponents: true', 'cacheComponents: true,'], [',,', ','])
  if (how === 'standalone') project.change(config, ['cacheComponents', "output: 'standalone',\n  cacheComponents"])
}

/** What the Dockerfile of the README copies into its image. */
function packImage(project: Project, folder: string): string {
  const image = join(folder, 'image')
  const copy = (from: string, to: string) => cpSync(join(project.folder, from), join(image, to), { recursive: true })
  copy('.next/standalone', '.')
  copy('.next/static', '.next/static')
  if (existsSync(join(project.folder, 'public'))) copy('public', 'public')
  // Nothing may be found outside of the image.
  rmSync(project.folder, { recursive: true, force: true })
  return image
}

interface Start {
  readonly stage: Stage
  readonly isCached: boolean
  readonly cwd?: string
}

async function seeStarted(project: Project, args: readonly string[], { stage, isCached, cwd }: Start): Promise<void> {
  const port = await freePort()
  const env = { PORT: String(port), HOSTNAME: '0.0.0.0' }
  const running = await project.start(args, /Ready/, env, cwd)
  await stopping(running, async () => {
    stage('live')
    await seeRoom(`http://localhost:${port}`, isCached)
    // What `next dev` thinks of a page it prints a moment later, and shows in the corner of the page.
    if (/^\W*Error\b/m.test(running.printed())) throw new Error('The server printed an error.')
  })
}

/** Stops a program when this is over, and shows what it printed if this fails. */
async function stopping(running: Running, look: () => Promise<void>): Promise<void> {
  try {
    await look()
  } catch (error) {
    running.kill()
    throw new Error(`${error instanceof Error ? error.message : error}\n${running.printed()}`)
  }
  // A process that does not end keeps the table waiting, and shows.
  await running.stop()
}

/** The server of the README on a free port. */
async function startServer(project: Project, file: string, port: number, origins?: string): Promise<Running> {
  project.follow('channels.ts', file)
  project.change(file, ['listen(3000)', `listen(${port}, () => console.log('listening'))`])
  if (origins) project.change(file, ['channels: [room]', `channels: [room], origins: ['${origins}']`])
  return project.start(['--import', 'tsx', file], /listening/, { NODE_ENV: 'production' })
}

async function makeNode(machine: Machine, folder: string, stage: Stage): Promise<void> {
  stage('install')
  const project = new Project(machine, join(folder, 'app'))
  project.write('package.json', '{ "name": "app", "private": true, "type": "module" }')
  project.add('node', 'zod', ...machine.manager.tsx)
  stage('live')
  const port = await freePort()
  const server = await startServer(project, 'server.ts', port)
  await stopping(server, async () => {
    project.follow('client.ts')
    project.change('client.ts', [':3000', `:${port}`])
    const client = await project.start(['--import', 'tsx', 'client.ts'], /live[^\n]*\n?.*'Hello'/s)
    client.kill()
  })
}

/** As docs/start.md says. */
async function makePagesRouter(machine: Machine, folder: string, stage: Stage): Promise<void> {
  stage('install')
  const beside = new Project({ ...machine, manager: { ...machine.manager, files: {} } }, folder)
  const flags = ['--yes', '--no-app', '--skip-install', '--disable-git', machine.manager.generatorFlag]
  beside.node(nextGenerator(), 'app', ...flags)
  const project = new Project(machine, join(folder, 'app'))
  project.add('next', 'zod')
  project.follow('channels.ts', 'instrumentation.ts', 'pages/rooms/[id].tsx')

  stage('build')
  const next = 'node_modules/next/dist/bin/next'
  project.node(next, 'build')
  const port = await freePort()
  const running = await project.start([next, 'start'], /Ready/, { PORT: String(port) })
  await stopping(running, async () => {
    stage('live')
    await withBrowser(async (browser) => {
      await talk(browser, `http://localhost:${port}/rooms/1`)
      // The page and the hub call it the same.
      await talk(browser, `http://localhost:${port}/rooms/${encodeURIComponent('한글')}`)
    })
  })
}

async function makeExpress(
  app: 'express' | 'express page',
  machine: Machine,
  folder: string,
  stage: Stage,
): Promise<void> {
  stage('install')
  const project = new Project(machine, join(folder, 'app'))
  project.write('package.json', '{ "name": "app", "private": true, "type": "module" }')
  project.add('node', 'zod', ...machine.manager.tsx, 'express')
  stage('live')
  const port = await freePort()
  const hasPage = app === 'express page'
  const server = await startServer(project, hasPage ? 'express.ts' : 'express.mjs', port)
  const url = `http://localhost:${port}`
  await stopping(server, () =>
    hasPage ? withBrowser(async (browser) => void (await talk(browser, url))) : seeTutorial(url),
  )
}

async function makeVite(machine: Machine, folder: string, stage: Stage): Promise<void> {
  stage('install')
  const beside = new Project({ ...machine, manager: { ...machine.manager, files: {} } }, folder)
  beside.node(tool('create-vite/index.js'), 'web', '--template', 'react-ts', '--no-interactive')
  const [web, server] = [new Project(machine, join(folder, 'web')), new Project(machine, join(folder, 'server'))]
  server.write('package.json', '{ "name": "server", "private": true, "type": "module" }')
  server.add('node', 'zod', ...machine.manager.tsx)
  web.add('react', 'zod')
  const [port, webPort] = [await freePort(), await freePort()]
  web.follow('channels.ts', 'src/live-room.tsx')
  web.change('src/live-room.tsx', [':3000', `:${port}`])
  web.write('src/App.tsx', "export { LiveRoom as default } from './live-room'\n")

  stage('build')
  web.node('node_modules/typescript/bin/tsc', '-b')
  web.node('node_modules/vite/bin/vite.js', 'build')

  const page = `http://localhost:${webPort}`
  const running = await startServer(server, 'server.ts', port, page)
  const preview = ['node_modules/vite/bin/vite.js', 'preview', '--port', String(webPort), '--strictPort']
  await stopping(running, async () => {
    const served = await web.start(preview, /Local/)
    await stopping(served, async () => {
      stage('live')
      await withBrowser(async (browser) => void (await talk(browser, page)))
    })
  })
}
