/**
 * The checker: writers change two tables in every way, readers render pages at random moments, let them travel, and go live
 * over real connections that are cut, on a node that is killed. Each reader checks each of its steps.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Pool } from 'pg'
import { driverOf } from '../../src/driver/driver-of.ts'
import { createChance } from './chance.ts'
import { startNode } from './checked-node.ts'
import type { CutLink } from './cut-link.ts'
import { read, type Seen } from './reader.ts'
import { createTables, references } from './tables.ts'
import { type Written, write } from './writer.ts'

/** How much, and how bad. */
export interface CheckerOptions {
  /** A database without these tables; or `embedded:DIRECTORY`, for one in the process of the node, with one writer. */
  readonly url: string
  /** Row changes to commit. */
  readonly changes: number
  readonly writers: number
  readonly readers: number
  readonly cutEveryMs: number
  /** How often the node is killed, and not before somebody has read on: on a busy machine it would do nothing but start. */
  readonly killEveryMs: number
  /** How changes are captured. */
  readonly feed?: 'triggers' | 'replication'
  /** How often the link of replication is cut, and not before somebody has read on. Default: never. */
  readonly feedCutEveryMs?: number
  /** It goes on until this is so, too. */
  readonly until?: (now: Pick<Report, 'kills' | 'feedCuts' | 'taken' | 'violations'>) => boolean
  /** How long a page lives, about. */
  readonly lifeMs: number
  readonly travelMs: number
  readonly longestTransactionMs: number
  readonly settleMs: number
  /** Another rule in place of the visibility rule, to see that the checker notices. */
  readonly rule?: 'visibility' | 'sequence' | 'horizon' | 'log'
  readonly seed: number
  readonly tell?: (line: string) => void
}

/** What came of it. */
export interface Report extends Omit<Seen, 'changes'> {
  readonly written: Written
  /** Changes that readers took, one by one. */
  readonly taken: number
  readonly kills: number
  /** Cuts of the link of replication. */
  readonly feedCuts: number
  readonly violations: number
}

/** Runs it once. */
export async function runChecker(options: CheckerOptions): Promise<Report> {
  const seen: Seen = {
    ...{ renders: 0, changes: 0, recovered: 0, resets: {}, cuts: 0 },
    faults: { lost: 0, doubled: 0, reordered: 0, end: 0 },
    examples: [],
  }
  const written: Written = { changes: 0, commits: 0, rollbacks: 0, deadlocks: 0 }
  const isEmbedded = options.url.startsWith('embedded:')
  const pool = isEmbedded ? undefined : poolOf(options)
  await pool?.query(createTables)
  const link = options.feed === 'replication' ? await startFeedLink(new URL(options.url).port) : undefined
  const node = await startNode(options, written, link?.port ?? 0)
  let [kills, feedCuts] = [0, 0]
  let areReadersOver = false
  try {
    const { changes, until = () => true, feedCutEveryMs: cutFeedEveryMs = Number.POSITIVE_INFINITY } = options
    const isEnough = () =>
      written.changes >= changes && until({ kills, feedCuts, taken: seen.changes, violations: violationsOf(seen) })
    const writers = pool
      ? Array.from({ length: options.writers }, (_, number) =>
          write(
            {
              ...{
                database: driverOf(pool),
                number: number + 1,
                chance: createChance(options.seed + number),
                isEnough,
              },
              longestTransactionMs: options.longestTransactionMs,
              // Two of them wait most of their time, so that the others get much done meanwhile.
              longShare: number < 2 ? 0.25 : 0,
            },
            written,
          ),
        )
      : [node.stopWriting(isEnough)]
    const wrote = Promise.all(writers).then(() => {
      areReadersOver = true
    })
    /** Does it again and again, each time when somebody has read on since. */
    const repeat = async (everyMs: number, strike: () => Promise<void> | void) => {
      let [next, read] = [performance.now() + everyMs, 0]
      for (; !isEnough(); await delay(50)) {
        if (performance.now() < next || seen.changes === read) continue
        await strike()
        ;[next, read] = [performance.now() + everyMs, seen.changes]
      }
    }
    const killer = repeat(options.killEveryMs, async () => {
      await node.kill()
      kills++
    })
    const cutter = repeat(link ? cutFeedEveryMs : Number.POSITIVE_INFINITY, () => {
      link?.cut()
      feedCuts++
    })
    const rowsOf = async (sql: string) => (pool ? (await pool.query(sql)).rows : node.query(sql))
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
        table: async (channel) => rowsOf(tableOf(channel)),
      }),
    )
    const telling = options.tell ? tellNow(options.tell, written, seen, () => areReadersOver) : undefined
    await Promise.all([wrote, killer, cutter, ...readers, telling])
  } finally {
    await node.end()
    link?.close()
    await pool?.end()
  }
  const { changes: taken, ...counts } = seen
  return { ...counts, taken, written, kills, feedCuts, violations: violationsOf(seen) }
}

async function startFeedLink(target: string): Promise<CutLink> {
  const child = fork(fileURLToPath(new URL('feed-link.ts', import.meta.url)), [target], {
    execArgv: ['--conditions=baro-source', '--import', 'tsx'],
  })
  const [port] = (await once(child, 'message')) as [number]
  return { port, cut: () => void child.send('cut'), close: () => void child.kill() }
}

function violationsOf({ faults }: Seen): number {
  return Object.values(faults).reduce((sum, count) => sum + count, 0)
}

function poolOf({ url, writers }: CheckerOptions): Pool {
  const pool = new Pool({ connectionString: url, max: writers + 4, options: '-c deadlock_timeout=50ms' })
  pool.on('error', () => {})
  return pool
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

function tableOf(channel: string): string {
  const [, name = '', filter = ''] = channel.split(':')
  const condition = where[decodeURIComponent(filter)]
  if (condition === undefined) throw new Error(`${channel} is not among ${references.map((one) => one.channel)}`)
  return `select id::text, version::text from ${name} where ${condition}`
}
