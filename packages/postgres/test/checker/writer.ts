import { setTimeout as delay } from 'node:timers/promises'
import type { PostgresDriver, Queryable } from '../../src/ports/driver.ts'
import type { Chance } from './chance.ts'

/** What all writers have done. */
export interface Written {
  /** Rows changed by transactions that committed. */
  changes: number
  commits: number
  rollbacks: number
  deadlocks: number
}

/** How one writer writes. */
export interface WriterOptions {
  readonly database: PostgresDriver
  /** Each writer numbers its versions from a start of its own. */
  readonly number: number
  readonly chance: Chance
  readonly longestTransactionMs: number
  /** How many of its transactions stay open for long, from 0 to 1. */
  readonly longShare: number
  isEnough(): boolean
}

const teams = ['red', 'blue', 'green', 'grey']
/**
 * Transactions that stay open for long keep to rows that the others seldom touch: else everybody waits for their locks, and
 * little is written.
 */
const ids = { quick: 150, slow: 30 } as const
const versionsPerWriter = 10 ** 12

/** Thrown to roll back. */
const back = new Error('rolled back on purpose')

/** Writes until enough was changed: short and long transactions, savepoints, rollbacks, upserts, keys that change, deletes. */
export async function write(
  { database, number, chance, longestTransactionMs, longShare, isEnough }: WriterOptions,
  written: Written,
): Promise<void> {
  let version = number * versionsPerWriter
  while (!isEnough()) {
    let changes = 0
    try {
      await database.transaction('read committed', async (tx) => {
        changes = await transaction(tx)
        if (chance.fraction() < 0.08) throw back
      })
      written.commits++
      written.changes += changes
    } catch (error) {
      const { code } = error as { code?: string }
      if (error === back) written.rollbacks++
      // Two writers wait for each other, or took one key.
      else if (code === '40P01' || code === '23505') written.deadlocks++
      else throw error
    }
  }

  async function transaction(tx: Queryable): Promise<number> {
    const isLong = chance.fraction() < longShare
    const tables = chance.fraction() < 0.3 ? ['items', 'orders'] : [chance.one(['items', 'items', 'orders'])]
    let changes = 0
    for (const name of tables)
      for (let count = 1 + chance.below(4); count > 0; count--) changes += await change(tx, name, isLong)
    if (isLong) await delay(chance.below(longestTransactionMs))
    else if (chance.fraction() < 0.15) {
      await tx.query('savepoint here')
      const more = await change(tx, tables[0] ?? 'items', false)
      if (chance.fraction() < 0.5) await tx.query('rollback to savepoint here')
      else changes += more
      changes += await change(tx, tables[0] ?? 'items', false)
    }
    return changes
  }

  async function change(tx: Queryable, name: string, isLong: boolean): Promise<number> {
    const row = () =>
      isLong || chance.fraction() < 0.01 ? ids.quick + chance.below(ids.slow) : chance.below(ids.quick)
    const [id, other] = [row(), row()]
    const values = [id, ++version, chance.one(teams), chance.below(100), chance.one([null, 'alpha', 'BRAVO', '달'])]
    const kind = chance.fraction()
    const run = async (sql: string, given: readonly unknown[]) =>
      (await tx.query(`${sql} returning 1 as changed`, given)).length
    if (kind < 0.35)
      return run(
        `update ${name} set version = $2, before = version, team = $3, amount = $4, note = $5 where id = $1`,
        values,
      )
    if (kind < 0.75)
      return run(
        `insert into ${name} values ($1, $2, null, $3, $4, $5) on conflict (id) do update
         set version = excluded.version, before = ${name}.version, team = excluded.team, amount = excluded.amount, note = excluded.note`,
        values,
      )
    if (kind < 0.85)
      return run(
        `update ${name} set id = $2, version = $3, before = version where id = $1 and not exists (select from ${name} where id = $2)`,
        [id, other, version],
      )
    if (kind < 0.9) return run(`update ${name} set version = version where id = $1 and false`, [id])
    return run(`delete from ${name} where id = $1`, [id])
  }
}
