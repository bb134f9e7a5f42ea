/**
 * `npm run newcomer`: what a newcomer does with the README and docs/start.md alone. It packs the packages. Then it makes an app in each way
 * of the table, following the blocks of the README to the letter, builds and starts it, and sees it go live, in Chromium
 * where it has pages. It prints the table with the seconds that each part took, and fails if one row failed.
 *
 *   npm run newcomer                         all rows
 *   npm run newcomer -- webpack 'plain Node' those whose name contains one of the words
 *   npm run newcomer:short                   the one row of the test command, with what is built already
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { chromium } from '../../scripts/services/chromium.ts'
import { makeApp, type Stage } from './apps.ts'
import { nameOf, type Row, rows } from './rows.ts'
import { manager } from './tools.ts'

const stages = ['install', 'build', 'live'] as const

/** Makes the app of a row; returns its line of the table, and whether it went live. */
async function lineOf(row: Row): Promise<{ readonly line: string; readonly isLive: boolean }> {
  const began = new Map<string, number>()
  const stage: Stage = (name) => began.set(name, performance.now())
  const folder = mkdtempSync(join(tmpdir(), 'baro-newcomer-'))
  let outcome = 'live'
  try {
    await makeApp(row, { manager: manager(row.manager), node: row.node }, folder, stage)
  } catch (error) {
    outcome = error instanceof Error ? error.message : String(error)
  } finally {
    began.set('end', performance.now())
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const times = stages.map((name) => {
    const names = [...began.keys()]
    const [from, to] = [began.get(name), began.get(names[names.indexOf(name) + 1] ?? 'end')]
    return (from === undefined || to === undefined ? '' : ((to - from) / 1_000).toFixed(1)).padStart(7)
  })
  return { line: `${nameOf(row).padEnd(width)}${times.join(' ')}  ${outcome}`, isLive: outcome === 'live' }
}

Object.assign(process.env, chromium.prepare())
const words = process.argv.slice(2)
const isWanted = (row: Row) =>
  words[0] === '--short' ? row.isShort : words.length === 0 || words.some((word) => nameOf(row).includes(word))
const width = Math.max(...rows.map((row) => nameOf(row).length)) + 2

console.log(`${'seconds'.padEnd(width)}${stages.map((name) => name.padStart(7)).join(' ')}`)
for (const row of rows.filter(isWanted)) {
  const { line, isLive } = await lineOf(row)
  console.log(line)
  if (!isLive) process.exitCode = 1
}
