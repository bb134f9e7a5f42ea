import { spawnSync } from 'node:child_process'
import { commandOnPath, installByApt } from './command.ts'
import type { Service } from './service.ts'

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The browser of the end-to-end tests; they find it in `CHROMIUM`. */
export const chromium: Service = {
  name: 'Chromium',
  prepare() {
    const found = process.env.CHROMIUM ?? commandOnPath(commands) ?? installed()
    if (found === undefined)
      throw new Error(
        'Chromium is missing: install it (on Debian `apt-get install chromium`), or set CHROMIUM to its path.',
      )
    if (!runs(found)) throw new Error(`"${found}" is no browser that runs here: set CHROMIUM to the path of one.`)
    return { CHROMIUM: found }
  },
}

// fonts-noto-cjk, because the tests read and type Hangul.
function installed(): string | undefined {
  return installByApt('Chromium', ['chromium', 'fonts-noto-cjk']) ? commandOnPath(commands) : undefined
}

function runs(path: string): boolean {
  return spawnSync(path, ['--version'], { timeout: 60_000 }).status === 0
}
