/**
 * `npm run raise-generator`: raises the pinned `create-next-app` to the newest, and reports what newcomers get that they
 * did not get before, as a diff of the apps that both make. `npm run newcomer` tells whether the README still holds.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'baro-generator-'))

function pinned(): string {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>
  }
  return devDependencies['create-next-app'] ?? ''
}

/** Lays out an app by the generator that is installed. */
function layOut(version: string): void {
  const generator = createRequire(import.meta.url).resolve('create-next-app/dist/index.js')
  const args = [generator, 'app', '--yes', '--skip-install', '--disable-git', '--use-npm']
  const cwd = mkdtempSync(join(folder, 'made-'))
  execFileSync(process.execPath, args, { cwd, stdio: 'pipe', env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } })
  execFileSync('mv', [join(cwd, 'app'), join(folder, version)])
}

try {
  const before = pinned()
  layOut(before)
  execFileSync('npm', ['install', '--save-dev', '--save-exact', '--no-audit', '--no-fund', 'create-next-app@latest'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const now = pinned()
  if (now === before) console.log(`create-next-app ${before} is the newest.`)
  else {
    layOut(now)
    const args = ['diff', '--no-index', '--stat', '--patch', before, now]
    const { stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' })
    console.log(`create-next-app ${before} is now ${now}. ${stdout === '' ? 'It makes the same app.' : 'It makes:'}\n`)
    console.log(stdout)
    console.log('Run "npm run newcomer" to see whether the README still holds.')
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
