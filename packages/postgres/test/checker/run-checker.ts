/**
 * The checker: writers change two tables in every way, readers render pages at random moments, let them travel, and go live
 * over real connections that are cut, on a node that is killed. Each reader checks each of its steps.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Json } from '@baro/core'
import { Pool } from 'pg'
import { createChance } from './chance.ts'
import { read, type Seen } from './reader.ts'
import { createTables, references } from './tables.ts'
import { type Written, write } from './writer.ts'

/** How much, and how bad. */
export interface CheckerOptions {
  readonly url: string
  /** Row changes to commit. */
  readonly changes: number
  readonly writers: number
  readonly readers: number
  readonly cutEveryMs: number
  readonly killEveryMs: number
  /** How long a page lives, about. */
  readonly lifeMs: number
  readonly travelMs: number
  readonly longestTransactionMs: number
  readonly settleMs: number
  /** Another rule in place of the visibility rule, to see that the checker notices. */
  readonly rule?: 'visibility' | 'sequence' | 'horizon'
  readonly seed: number
  readonly tell?: (line: string) => void
}

/** What came of it. */
export interface Report extends Omit<Seen, 'changes'> {
  readonly written: Written
  /** Changes that readers took, one by one. */
  readonly taken: number
  readonly kills: number
  readonly violations: number
}

/** Runs it once, on a database without these tables. */
export async function runChecker(options: CheckerOptions): Promise<Report> {
  const pool = new Pool({ connectionString: options.url, max: options.writers + 4 })
  pool.on('error', () => {})
  await pool.query(createTables)
  const written: Written = { changes: 0, commits: 0, rollbacks: 0, deadlocks: 0 }
  const seen: Seen = {
    ...{ renders: 0, changes: 0, recovered: 0, resets: {}, cuts: 0 },
    faults: { lost: 0, doubled: 0, reordered: 0, end: 0 },
    examples: [],
  }
  const node = await startNode(options)
  let kills = 0
  let areReadersOver = false
  try {
    const isEnough = () => written.changes >= options.changes
    const writers = Array.from({ length: options.writers }, (_, number) =>
      write(pool, number + 1, createChance(options.seed + number), written, isEnough, options.longestTransactionMs),
    )
    const wrote = Promise.all(writers).then(() => {
      areReadersOver = true
    })
    const killer = (async () => {
      for (let next = performance.now() + options.killEveryMs; !areReadersOver; await delay(50))
        if (performance.now() > next && !areReadersOver) {
          await node.kill()
          kills++
          next = performance.now() + options.killEveryMs
        }
    })()
    const readers = Array.from({ length: options.readers }, (_, number) =>
      read({
        ...{ number, port: node.port, chance: createChance(options.seed * 1_000 + number), seen },
        ...{
          cutEveryMs: options.cutEveryMs,
          travelMs: options.travelMs,
          lifeMs: options.lifeMs,
          settleMs: options.settleMs,
        },
        isOver: () => areReadersOver,
        table: (channel) => tableOf(pool, channel),
      }),
    )
    const telling = options.tell ? tellNow(options.tell, written, seen, () => areReadersOver) : undefined
    await Promise.all([wrote, killer, ...readers, telling])
  } finally {
    await node.end()
    await pool.end()
  }
  const violations = Object.values(seen.faults).reduce((sum, count) => sum + count, 0)
  const { changes: taken, ...counts } = seen
  return { ...counts, taken, written, kills, violations }
}

async function tellNow(
  tell: (line: string) => void,
  written: Written,
  seen: Seen,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await delay(5_000)
    tell(`${written.changes} changes, ${seen.changes} seen, ${seen.renders} pages, ${JSON.stringify(seen.faults)}`)
  }
}

/** The rows of a channel, by its own filter in SQL: written here by hand, so that it is not the code under test. */
const where: Readonly<Record<string, string>> = {
  all: 'true',
  'team.eq.red': "team = 'red'",
  'amount.lt.50': 'amount < 50',
  'amount.gte.20~team.in.blue~-green': "amount >= 20 and team in ('blue', 'green')",
  'note.ilike.%A%': "note ilike '%a%'",
  'note.is.null': 'note is null',
}

async function tableOf(pool: Pool, channel: string): Promise<readonly Json[]> {
  const [, name = '', filter = ''] = channel.split(':')
  const condition = where[decodeURIComponent(filter)]
  if (condition === undefined) throw new Error(`${channel} is not among ${references.map((one) => one.channel)}`)
  const { rows } = await pool.query(`select id::text, version::text from ${name} where ${condition}`)
  return rows
}

interface Node {
  readonly port: number
  /** With `kill -9`, and up again. */
  kill(): Promise<void>
  end(): Promise<void>
}

async function startNode({ url, rule = 'visibility', tell }: CheckerOptions): Promise<Node> {
  const folder = mkdtempSync(join(tmpdir(), 'baro-checker-'))
  const file = fileURLToPath(new URL('node.ts', import.meta.url))
  let port = 0
  let child: ChildProcess
  const start = async () => {
    child = spawn(
      process.execPath,
      ['--conditions=baro-source', '--import', 'tsx', file, url, folder, String(port), rule],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    child.stderr?.on('data', (text: Buffer) => tell?.(`node: ${text.toString().trim().slice(0, 300)}`))
    for await (const line of createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> })) {
      port = Number(/^port (\d+)$/.exec(line)?.[1] ?? port)
      if (port > 0) return
    }
    throw new Error('The node of the checker ended at its start.')
  }
  const stop = () =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once('exit', () => resolve())
      child.kill('SIGKILL')
    })
  await start()
  return {
    port,
    async kill() {
      await stop()
      await start()
    },
    async end() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
