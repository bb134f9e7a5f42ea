/**
 * `npm run bench -w @baro/bench`: measures all parts, or those that are named, keeps their runs in bench/results/, and
 * writes bench/README.md from everything that is kept. With `--quick` it measures less, and only prints the page of it:
 * what a minute tells is not worth keeping. With `--page` it measures nothing.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { assertFit, describeMachine } from './machine.ts'
import { writePage } from './page.ts'
import { parts } from './parts.ts'
import { openFilesLimit } from './processes.ts'
import { keepResult, type Result, readResult } from './results.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, page: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => parts.every((part) => part.name !== name))
if (unknown.length > 0)
  throw new Error(`There is no part "${unknown.join('", "')}". There are: ${parts.map(({ name }) => name).join(', ')}.`)
const chosen = positionals.length === 0 ? parts : parts.filter(({ name }) => positionals.includes(name))

const measured = new Map<string, Result>()
if (!values.page) {
  assertFit(Math.max(...chosen.map(({ connections }) => connections)), openFilesLimit())
  const effort = { isQuick: values.quick, rounds: values.quick ? 1 : 5 }
  for (const part of chosen) {
    const machine = describeMachine()
    const result = { machine, runs: await part.measure(effort) }
    measured.set(part.name, result)
    if (!values.quick) keepResult(part.name, result)
  }
}
const page = writePage(parts, (name) => (values.quick ? measured.get(name) : readResult(name)))
if (values.quick) console.log(page)
else writeFileSync(new URL('../README.md', import.meta.url), page)
