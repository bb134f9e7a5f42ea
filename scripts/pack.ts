/**
 * `npm run pack`: builds every package and packs it into ./tarballs, a folder for each use, to be installed from there in
 * another project. There they need each other as peers: the project installs the ones of its use together, and no package
 * manager asks a registry for them. `npm run pack -- --built` packs what is built already.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** What a project of each kind imports, and nothing else. */
const uses = {
  next: ['core', 'server', 'client', 'react', 'next'],
  node: ['core', 'server', 'client'],
  react: ['core', 'client', 'react'],
  disk: ['disk'],
  redis: ['redis'],
  jwt: ['jwt'],
  postgres: ['postgres'],
  sanitize: ['sanitize'],
  'socket.io': ['socket.io'],
  supabase: ['supabase'],
  metrics: ['metrics'],
  cli: ['core', 'client', 'cli'],
  inspector: ['inspector'],
  testing: ['testing'],
} as const

const names = readdirSync('packages')
const forgotten = names.filter((name) => !Object.values<readonly string[]>(uses).flat().includes(name))
if (forgotten.length > 0) throw new Error(`No use has ${forgotten.join(' or ')}: name it in scripts/pack.ts.`)

rmSync('tarballs', { recursive: true, force: true })
for (const name of names) copyFileSync('LICENSE', `packages/${name}/LICENSE`)
if (!process.argv.includes('--built')) {
  // A folder of an earlier build may hold files whose source is gone; they would be shipped.
  for (const name of names) rmSync(`packages/${name}/dist`, { recursive: true, force: true })
  execFileSync('npm', ['run', 'build:packages'], { stdio: 'inherit' })
}

const staged = resolve('.cache/pack')
rmSync(staged, { recursive: true, force: true })
mkdirSync(staged, { recursive: true })
pack(
  staged,
  names.flatMap((name) => ['-w', `packages/${name}`]),
)
for (const tarball of readdirSync(staged)) {
  const name = /^baro-([a-z.]+)-/.exec(tarball)?.[1] ?? ''
  mkdirSync(`${staged}/${name}`)
  execFileSync('tar', ['-xzf', `${staged}/${tarball}`, '-C', `${staged}/${name}`, '--strip-components=1'])
  needAsPeers(`${staged}/${name}/package.json`)
}
for (const [use, packages] of Object.entries(uses)) {
  mkdirSync(`tarballs/${use}`, { recursive: true })
  pack(
    resolve(`tarballs/${use}`),
    packages.map((name) => `${staged}/${name}`),
  )
}
console.log(`Packed. In your project, with npm, pnpm, yarn or bun, one of:\n`)
for (const use of Object.keys(uses)) console.log(`  npm install ${resolve('tarballs', use)}/*.tgz`)

function pack(destination: string, what: readonly string[]): void {
  execFileSync('npm', ['pack', '--loglevel=error', '--pack-destination', destination, ...what], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

function needAsPeers(path: string): void {
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  const needed = Object.entries(manifest.dependencies ?? {})
  const [ours, others] = [true, false].map((isOurs) =>
    Object.fromEntries(needed.filter(([name]) => name.startsWith('@baro/') === isOurs)),
  )
  const peers = { ...manifest.peerDependencies, ...ours }
  writeFileSync(path, JSON.stringify({ ...manifest, dependencies: others, peerDependencies: peers }, undefined, 2))
}
