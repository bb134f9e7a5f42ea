import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'baro-several-'))
const script = fileURLToPath(new URL('worker.ts', import.meta.url))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Starts a process, and resolves with what it has printed once that has as many lines. */
function printed(
  args: readonly string[],
  lines: number,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--conditions=baro-source', '--import', 'tsx', script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more
      const whole = text.split('\n').slice(0, -1)
      if (whole.length >= lines) resolve(whole.toSorted())
    })
    child.once('exit', () => reject(new Error(`It ended after: ${text}`)))
  })
}

describe('several processes on purpose', () => {
  test('workers of node:cluster: each is told that it would be a world of its own; one has the folder, and the other is told who has it, and what to do', async () => {
    const [open, refused, ...warned] = await printed([join(root, 'cluster'), 'cluster'], 4)
    expect(open).toBe('open')
    expect(refused).toMatch(/^refused: .* in use by process \d+ on .*worker of node:cluster.*Start one process\.$/)
    // To one that would be a world of its own, a folder of its own is no advice.
    expect(refused).not.toContain('a folder of its own')
    expect(warned).toHaveLength(2)
    for (const one of warned) expect(one).toMatch(/^warned: .*worker of node:cluster.*would not see.*Start one process/)
  })

  test('instance 1 of PM2 is told as well, even if it has a folder of its own', async () => {
    const said = await printed([join(root, 'pm2')], 2, { NODE_APP_INSTANCE: '1' })
    expect(said).toEqual([
      'open',
      expect.stringMatching(/^warned: This is instance 1 of PM2\..*would not see.*Start one process/),
    ])
  })
})
