import { readFileSync } from 'node:fs'
import type { Part } from './part.ts'
import type { Result } from './results.ts'

/** What pages of the site weigh in Chromium: `npm run weights` prints its tables, before and after a change. */
const siteWeights = readFileSync(new URL('../results/weights.md', import.meta.url), 'utf8')

/** Writes bench/README.md: method, figures with all runs, and what they say about the targets. */
export function writePage(parts: readonly Part[], resultOf: (part: string) => Result | undefined): string {
  const told = parts.flatMap((part) => {
    const result = resultOf(part.name)
    return result ? [{ part, result, chapter: part.tell(result.runs) }] : []
  })
  const missing = parts.filter(({ name }) => told.every(({ part }) => part.name !== name))
  const targets = told.flatMap(({ chapter }) => chapter.targets)
  const shortcomings = told.flatMap(({ chapter }) => chapter.shortcomings)
  const notes = told.flatMap(({ chapter }) => chapter.notes)
  return `# Figures

What a delivery, a recovery, an idle connection and a slow reader cost the server, beside peers. This page is written from the runs in \`results/\`, and each part can be measured alone:

    npm run bench -w @baro/bench                 # everything
    npm run bench -w @baro/bench -- ${parts[0]?.name}       # ${parts.map(({ name }) => name).join(', ')}
    npm run bench -w @baro/bench -- --quick      # a few minutes, printed and not kept

| part | measured on |
|---|---|
${told.map(({ part, result }) => `| \`${part.name}\` | ${result.machine} |`).join('\n')}
${missing.map(({ name }) => `| \`${name}\` | not measured yet |\n`).join('')}
## Against the targets

| target | seen | |
|---|---|---|
${targets.map(({ text, seen, isMet }) => `| ${text} | ${seen} | ${isMet ? 'met' : '**missed**'} |`).join('\n')}

${[...told.map(({ chapter }) => chapter.text), siteWeights].map((text) => text.trim()).join('\n\n')}

## Method

- Server and load generator are processes of their own, pinned to a core each (\`taskset\`). CPU time is that of the server process alone (\`process.cpuUsage()\`; of nginx, what the kernel has counted), so the load generator does not count. Loopback only.
- Each run starts fresh processes, connects everybody, sends warm-up messages that do not count, then measures. Rounds are interleaved: one run of each server, then the next round. All runs are printed; nothing is left out.
- The payload has 128 bytes where nothing else is said. Baro validates with zod, numbers, keeps a history and states positions.
- The load generator counts a mark in the bytes that arrive. It says that a message has reached everybody by one byte on a plain connection, whose reading is in the server's CPU time for all servers alike.
${notes.map((sentence) => `- ${sentence}\n`).join('')}- Two cores are few: what the kernel does for the load generator's end of a connection can land on the server's core. It does so for all of them alike.

## What is worse than we would like

${shortcomings.map((sentence) => `- ${sentence}`).join('\n')}
`
}
