import { setTimeout as delay } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import type { Chance } from './chance.ts'

/** What all writers have done. */
export interface Written {
  /** Rows changed by transactions that committed. */
  changes: number
  commits: number
  rollbacks: number
  deadlocks: number
}

const teams = ['red', 'blue', 'green', 'grey']
const ids = 150
/** Each writer numbers its versions from a start of its own. */
const versionsPerWriter = 10 ** 12

/** Writes until enough was changed: short and long transactions, savepoints, rollbacks, upserts, keys that change, deletes. */
export async function write(
  pool: Pool,
  number: number,
  chance: Chance,
  written: Written,
  isEnough: () => boolean,
  longestMs: number,
): Promise<void> {
  let version = number * versionsPerWriter
  const client = await pool.connect()
  try {
    await client.query("set deadlock_timeout = '50ms'")
    while (!isEnough()) {
      try {
        await client.query('begin')
        const changes = await transaction(client)
        const isBack = chance.fraction() < 0.08
        await client.query(isBack ? 'rollback' : 'commit')
        if (isBack) written.rollbacks++
        else {
          written.commits++
          written.changes += changes
        }
      } catch (error) {
        await client.query('rollback')
        const { code } = error as { code?: string }
        // Two writers wait for each other, or took one key.
        if (code !== '40P01' && code !== '23505') throw error
        written.deadlocks++
      }
    }
  } finally {
    client.release()
  }

  async function transaction(tx: PoolClient): Promise<number> {
    const kind = chance.fraction()
    const tables = chance.fraction() < 0.3 ? ['items', 'orders'] : [chance.one(['items', 'items', 'orders'])]
    let changes = 0
    for (const name of tables)
      for (let count = 1 + chance.below(4); count > 0; count--) changes += await change(tx, name)
    if (kind < 0.1) await delay(chance.below(longestMs))
    else if (kind < 0.25) {
      await tx.query('savepoint here')
      const more = await change(tx, tables[0] ?? 'items')
      if (chance.fraction() < 0.5) await tx.query('rollback to savepoint here')
      else changes += more
      changes += await change(tx, tables[0] ?? 'items')
    }
    return changes
  }

  async function change(tx: PoolClient, name: string): Promise<number> {
    const [id, other] = [chance.below(ids), chance.below(ids)]
    const values = [id, ++version, chance.one(teams), chance.below(100), chance.one([null, 'alpha', 'BRAVO', '달'])]
    const kind = chance.fraction()
    const run = async (sql: string, given: readonly unknown[]) => (await tx.query(sql, [...given])).rowCount ?? 0
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
