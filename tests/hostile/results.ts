/** What the last siege by each attack came to: results.json, and results.md as a page to read. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release } from 'node:os'
import { attacks } from './attacks/attacks.ts'
import { complaintsAbout, timesOf } from './bar.ts'
import type { Row } from './siege.ts'

const file = new URL('./results.json', import.meta.url)
const page = new URL('./results.md', import.meta.url)

type Kept = Row & { readonly machine: string }

/** Keeps a row instead of the last one of its attack; returns it as a line of the table. */
export function keepRow(row: Row): string {
  const machine = `Node ${process.versions.node}, Linux ${release()}, ${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`
  const all = keptRows()
  const others = all.filter(({ attack }) => attack !== row.attack)
  const control = row.control ?? all.find(({ attack }) => attack === row.attack)?.control
  const kept = { ...row, ...(control && { control }), machine }
  writeFileSync(file, `${JSON.stringify([...others, kept], undefined, 2)}\n`)
  return lineOf(kept)
}

/** Writes the page from all that is kept. */
export function writePage(): void {
  const rows = keptRows()
  const ordered = attacks.flatMap(({ name }) => rows.find(({ attack }) => attack === name) ?? [])
  const failed = ordered.filter((row) => complaintsAbout(row).length > 0).length
  writeFileSync(
    page,
    `# Sieges

A hub with a heap of 256 MB, one attacker, and 20 honest clients, five on each rung. \`npm run hostile\` measures all attacks, \`npm run hostile -- NAME…\` some of them; this page is written by it. \`siege.ts\` says how, \`bar.ts\` when an attack has failed.

- **ms alone**: p50 / p99 of the honest while the attacker hit the decoy, before and after the attack: from saying to hearing, and for a poll until its answer. In brackets the two p99 apart.
- **ms attacked**: p99 while it hit their hub, and (in brackets) without the last moment, in which the attacker lets go of all its connections at once. **times**: the first of them by the p99 alone. **delays**: how many were measured, alone / attacked.
- **reset**: fresh snapshots, which a poll gets that is further behind than the history reaches. What they bring is not missed.
- **heap**: MB before the attack, at most, and after it.
- **CPU**: of the hub's core while it lasted. **turn**: the longest time that its event loop stood still. **waited**: for how much of the time the hub / the honest could have gone on and others had their core. What the honest wait so is the machine's part of the delays, not the hub's.

- **plain**: times, and longest turn, while the attacker hit a server of Node in the same process, which takes what comes and does nothing with it. What is slower there, too, is Node's part and the kernel's.

[README.md](README.md) says why it is measured like this.

${ordered.length} of ${attacks.length} attacks measured, ${ordered.length - failed} within the bar. ${[...new Set(rows.map(({ machine }) => machine))].join('; ')}.

| attack | what it does | ms alone | ms attacked | times | delays | refused | reset | missed | doubled | heap | back after | CPU | turn, ms | plain | waited | within the bar |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
${ordered.map(lineOf).join('\n')}
`,
  )
}

function keptRows(): readonly Kept[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept[]) : []
}

function lineOf(row: Row): string {
  const { attack, delays, hub, tookMs, heapBytes, backAfterMs } = row
  const what = attacks.find(({ name }) => name === attack)?.what ?? ''
  const mb = (bytes: number) => (bytes / (1 << 20)).toFixed(0)
  const ms = (value: number | undefined) => value?.toFixed(1) ?? '–'
  const share = (waitedMs: number | undefined) =>
    waitedMs !== undefined && tookMs ? `${((waitedMs / tookMs) * 100).toFixed(0)} %` : '–'
  const complaints = complaintsAbout(row)
  const total = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0)
  const cells = [
    `\`${attack}\``,
    what,
    `${ms(delays?.alone.all.p50)} / ${ms(delays?.alone.all.p99)} (${ms(delays?.before.p99)}, ${ms(delays?.after.p99)})`,
    `${ms(delays?.under.all.p99)} (${ms(delays?.meanwhile?.p99)})`,
    delays ? timesOf(delays).toFixed(1) : '–',
    delays ? `${delays.alone.all.count} / ${delays.under.all.count}` : '–',
    total(row.refusals),
    total(row.resets),
    row.missed,
    row.doubled,
    `${mb(heapBytes.before)} / ${mb(heapBytes.peak)} / ${mb(heapBytes.after)}`,
    backAfterMs === undefined ? 'no' : `${(backAfterMs / 1_000).toFixed(1)} s`,
    hub && tookMs ? `${((hub.cpuMs / tookMs) * 100).toFixed(0)} %` : '–',
    ms(hub?.longestTurnMs),
    row.control ? `${row.control.times.toFixed(1)} (${ms(row.control.longestTurnMs)})` : '–',
    `${share(hub?.coreWaitMs)} / ${share(row.honestCoreWaitMs)}`,
    complaints.length === 0 ? 'yes' : `**no**: ${complaints.join('; ')}`,
  ]
  return `| ${cells.join(' | ')} |`
}
