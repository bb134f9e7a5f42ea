import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Service } from './service.ts'

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The browser of the end-to-end tests; they find it in `CHROMIUM`. */
export const chromium: Service = {
  name: 'Chromium',
  prepare() {
    const found = process.env.CHROMIUM ?? onPath() ?? installed()
    if (found === undefined)
      throw new Error(
        'Chromium is missing: install it (on Debian `apt-get install chromium`), or set CHROMIUM to its path.',
      )
    if (!runs(found)) throw new Error(`"${found}" is no browser that runs here: set CHROMIUM to the path of one.`)
    return { CHROMIUM: found }
  },
}

function onPath(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => commands.map((command) => join(folder, command)))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

// Only root may install, and only where apt-get is; fonts-noto-cjk, because the tests read and type Hangul.
function installed(): string | undefined {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return undefined
  console.log('Chromium is missing: installing it with apt-get.')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const command of [['update'], ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk']])
    if (spawnSync('apt-get', ['-qq', ...command], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
      return undefined
  return onPath()
}

function runs(path: string): boolean {
  return spawnSync(path, ['--version'], { timeout: 60_000 }).status === 0
}
