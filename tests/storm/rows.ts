/** Rows that a program writes by SQL while the storm lasts, and clients of ours that show them: in the end all show the table (I12). */
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Client, createClient } from '@baro/client'
import type { SeededRandomness } from '@baro/testing'
import { Pool } from 'pg'
import { stock } from './channels.ts'
import { rungs, transportOf } from './sdk-person.ts'

export interface Rows {
  /** Writes until `goesOn` says no. */
  write(goesOn: () => boolean): Promise<void>
  /** Somebody on each rung shows a shelf, and somebody all of it. */
  watch(url: string): Promise<void>
  endConnections(): Promise<void>
  /** What was wrong, once all is calm. */
  wrong(): Promise<readonly string[]>
  /** Ends the clients; then `end` the connection to the database. */
  close(): void
  end(): Promise<void>
}

interface Watcher {
  readonly name: string
  readonly shelf: string | undefined
  shown(): readonly string[]
  readonly complaints: string[]
}

const shelves = ['도구', 'food']
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const calmWithinMs = 60_000

/** Makes the table. */
export async function createRows(database: string, random: SeededRandomness): Promise<Rows> {
  const pool = new Pool({ connectionString: database, max: 4 })
  pool.on('error', () => {})
  // One that breaks while it is used says so to the statement, too.
  pool.on('connect', (client) => client.on('error', () => {}))
  await pool.query('create table stock (id integer primary key, shelf text not null, n integer not null)')
  const clients: Client[] = []
  const watchers: Watcher[] = []
  let committed = 0

  /** One transaction of a few changes: into a shelf, from one to the other, out of both, or nothing at all. */
  async function change(n: number): Promise<void> {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      await client.query('begin')
      for (let step = random.integer(1, 4); step > 0; step--) {
        const id = random.integer(1, 40)
        if (random.chance(0.2)) await client.query('delete from stock where id = $1', [id])
        else
          await client.query(
            'insert into stock values ($1, $2, $3) on conflict (id) do update set shelf = excluded.shelf, n = excluded.n',
            [id, random.pick(shelves), n],
          )
      }
      await client.query(random.chance(0.1) ? 'rollback' : 'commit')
      committed++
    } catch (error) {
      broken = error as Error
      throw error
    } finally {
      client.release(broken)
    }
  }

  const form = (rows: Iterable<{ readonly id: number; readonly shelf: string; readonly n: number }>) =>
    [...rows].map(({ id, shelf, n }) => `${id} ${shelf} ${n}`).toSorted()

  return {
    async write(goesOn) {
      // A server that is away takes none, and what was sent to it may be committed or not: the table knows.
      for (let n = 1; goesOn(); n++) {
        await change(n).catch(() => wait(200))
        await wait(random.integer(1, 60))
      }
    },
    async watch(url) {
      for (const rung of rungs)
        for (const shelf of [undefined, shelves[0]]) {
          const client = createClient({
            url: `${url}/baro`,
            transport: transportOf(rung),
            log: quiet,
            wake: { listen: () => () => {} },
          })
          clients.push(client)
          const subscription = client.subscribe(stock, stock(shelf === undefined ? {} : { shelf }))
          const complaints: string[] = []
          const name = `${shelf ?? 'all rows'} (${rung})`
          let isThere = false
          subscription.onChange(({ handOver }) => {
            if (isThere && handOver && handOver.missing > 0) complaints.push(`${name} misses something`)
            isThere ||= handOver !== undefined
          })
          watchers.push({ name, shelf, complaints, shown: () => form(subscription.current.state?.rows ?? []) })
        }
    },
    async endConnections() {
      await pool
        .query(
          'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
        )
        .catch(() => {})
    },
    async wrong() {
      const { rows } = await pool.query('select id, shelf, n from stock')
      const until = performance.now() + calmWithinMs
      const wrong: string[] = watchers.flatMap(({ complaints }) => complaints)
      if (committed < 10) wrong.push(`Only ${committed} transactions were written`)
      for (const { name, shelf, shown } of watchers) {
        const truth = form(rows.filter((row) => shelf === undefined || row.shelf === shelf))
        while (!isDeepStrictEqual(shown(), truth) && performance.now() < until) await wait(50)
        if (!isDeepStrictEqual(shown(), truth))
          wrong.push(`${name}: ${JSON.stringify(shown())} are shown, and the table has ${JSON.stringify(truth)}`)
      }
      return wrong
    },
    close() {
      for (const client of clients) client.close()
    },
    end: () => pool.end(),
  }
}
