/**
 * Decides what `init` writes, by looking alone. What exists is never written again: it is `same`, or it `differs`, and then
 * a person puts the two together.
 */
import { BaroError } from '@baro/core'
import { type AppKind, expressFiles, kindNeeds, nextFiles, viteFiles } from './app-kinds.ts'
import { dependenciesOf, type Manifest, type PackageManager, type Project, packageManagerOf } from './project.ts'

/** A file of the plan. */
export interface PlannedFile {
  readonly path: string
  readonly is: 'new' | 'same' | 'differs'
  /** What belongs there. */
  readonly text: string
  /** The file that stands in its place, where that has another ending, such as `instrumentation.js`. */
  readonly inPlace?: string
}

/** What is to be done. */
export interface Plan {
  readonly kind: AppKind
  readonly files: readonly PlannedFile[]
  /** Whether `package.json` names the packages of Baro already. */
  readonly isInstalled: boolean
  /** Lines for a shell in the folder of the app; none if all is installed. */
  readonly install: readonly string[]
  /** What to do when that is done: lines for a shell, and sentences. */
  readonly afterwards: readonly string[]
  /** What was found out, and decided by. */
  readonly notes: readonly string[]
}

/** What a plan depends on besides the project. */
export interface PlanOptions {
  /** Default: what the project is. */
  readonly kind?: AppKind | undefined
  /** The folder of Baro, as seen from the project. */
  readonly baro: string
  /** Whether its packages are packed. */
  readonly isPacked: boolean
}

/**
 * The plan for a project.
 *
 * @throws {BaroError} `bad-message` if it is no app to which Baro can be added.
 */
export function planOf(project: Project, { kind: asked, baro, isPacked }: PlanOptions): Plan {
  const manifest = manifestOf(project)
  const dependencies = dependenciesOf(manifest)
  const kind = asked ?? kindOf(dependencies)
  const { files, notes } = filesOf(kind, project, manifest)
  const { ours, tarballs, others } = kindNeeds[kind]
  const manager = packageManagerOf(project)
  const missing = others.filter((name) => !dependencies.has(name))
  const isInstalled = ours.every((name) => dependencies.has(`@baro/${name}`))
  const added = [...(isInstalled ? [] : tarballs.map((path) => `${baro}/tarballs/${path}`)), ...missing]
  return {
    kind,
    files: [...files].map(([path, text]) => plannedFile(project, path, text)),
    isInstalled,
    install: [
      ...(isInstalled || isPacked ? [] : [`(cd ${baro} && npm ci && npm run pack)`]),
      ...(added.length === 0 ? [] : [`${manager.add} ${added.join(' ')}`]),
    ],
    afterwards: afterwards(kind, [...files.keys()], manager),
    notes,
  }
}

function manifestOf(project: Project): Manifest {
  const text = project.read('package.json')
  if (text === undefined)
    throw refused('There is no package.json here. Go to the folder of the app, or name it: baro init FOLDER.')
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as Manifest
  } catch (error) {
    throw refused(`package.json cannot be read: ${(error as Error).message}.`)
  }
}

function kindOf(dependencies: ReadonlyMap<string, string>): AppKind {
  if (dependencies.has('next')) return 'next'
  const found = [
    ...(dependencies.has('express') ? (['express'] as const) : []),
    ...(dependencies.has('vite') && dependencies.has('react') ? (['vite'] as const) : []),
  ]
  const [kind, another] = found
  if (kind && another)
    throw refused(
      `This is ${kindNeeds[kind].name} and ${kindNeeds[another].name}. Say which: --kind ${kind} or --kind ${another}.`,
    )
  if (kind) return kind
  throw refused(
    'package.json names neither next, nor express, nor vite with react. Another server of Node: README.md, "With any HTTP server". If it is one of them all the same: --kind next, express or vite.',
  )
}

/** The files by their paths, and what they were chosen by. */
interface Chosen {
  readonly files: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

function filesOf(kind: AppKind, project: Project, manifest: Manifest): Chosen {
  switch (kind) {
    case 'next':
      return nextPlan(project, dependenciesOf(manifest))
    case 'express':
      return { files: expressFiles(manifest.type === 'module'), notes: [] }
    case 'vite':
      return { files: viteFiles, notes: [] }
  }
}

const pagesRouter = 'For the Pages Router, docs/pages.md has the files.'

function nextPlan(project: Project, dependencies: ReadonlyMap<string, string>): Chosen {
  assertNextVersion(project, dependencies.get('next'))
  // Next takes the one at the root if both are there.
  const folder = project.hasFolder('app') ? '' : project.hasFolder('src/app') ? 'src/' : undefined
  if (folder === undefined)
    throw refused(`This app has neither a folder "app" nor "src/app", so it has no App Router. ${pagesRouter}`)
  const hasCacheComponents = configs.some((name) => cacheComponents.test(project.read(name) ?? ''))
  const note = hasCacheComponents
    ? 'next.config sets cacheComponents, so the page is cached by "use cache".'
    : 'next.config does not set cacheComponents, so the page is cached by revalidate.'
  return { files: nextFiles(folder, hasCacheComponents), notes: [note, ...typeScriptNote(project)] }
}

const configs = ['next.config.ts', 'next.config.mts', 'next.config.mjs', 'next.config.js', 'next.config.cjs']

/** Not in a comment of a line. */
const cacheComponents = /^(?:(?!\/\/).)*\bcacheComponents['"]?\s*:\s*true\b/m

function assertNextVersion(project: Project, range: string | undefined): void {
  const installed = project.read('node_modules/next/package.json')
  const version = installed === undefined ? range : String((JSON.parse(installed) as { version: unknown }).version)
  const [major, minor] = (/^\D{0,3}(\d+)(?:\.(\d+))?/.exec(version ?? '') ?? []).slice(1).map(Number)
  // A range such as ^15.0.0 may have 15.5 in it.
  const isTooOld = major !== undefined && (major < 15 || (major === 15 && installed !== undefined && (minor ?? 0) < 5))
  if (isTooOld) throw refused(`This app has Next.js ${version}. Baro needs 16, or 15.5.`)
}

/** Endings of files that an import without one finds as well, or Next in the place of another. */
const endings = ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs']

function plannedFile(project: Project, path: string, text: string): PlannedFile {
  const stem = path.replace(/\.\w+$/, '')
  const found = [path, ...endings.map((ending) => stem + ending)].find((one) => project.read(one) !== undefined)
  if (found === undefined) return { path, is: 'new', text }
  if (found !== path) return { path, is: 'differs', text, inPlace: found }
  // Git may have given it the ends of lines of another system.
  return { path, is: project.read(path)?.replaceAll('\r\n', '\n') === text ? 'same' : 'differs', text }
}

function afterwards(kind: AppKind, paths: readonly string[], { execute, run }: PackageManager): readonly string[] {
  switch (kind) {
    case 'next':
      return [
        `${run} build && ${run} start`,
        'Open http://localhost:3000/rooms/1 in two windows: what you type in one is in the other.',
      ]
    case 'express':
      return [
        `${execute} tsx express.mjs`,
        `${execute} tsx ${paths.find((path) => path.startsWith('client'))}`,
        'In the server that you have, take over createHub and hub.on, and write hub.attach(app.listen(3000)) for app.listen(3000).',
      ]
    case 'vite':
      return [
        `${execute} tsx server.ts`,
        `${run} dev`,
        'Show <LiveRoom /> of src/live-room.tsx in a component of yours, and open the page in two windows.',
      ]
  }
}

function typeScriptNote(project: Project): readonly string[] {
  if (project.read('tsconfig.json') !== undefined) return []
  return ['There is no tsconfig.json: Next makes one, and installs TypeScript, when it finds a file of TypeScript.']
}

function refused(message: string): BaroError {
  return new BaroError('bad-message', message)
}
