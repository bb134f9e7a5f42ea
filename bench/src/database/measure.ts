import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Pool } from 'pg'
import { type PostgresServer, startPostgres } from '../../../tests/postgres/postgres-server.ts'
import { createItems } from './items.ts'
import { serverCpu } from './server-cpu.ts'

/** Who follows, and what is measured with them. */
export interface DatabaseCase {
  readonly what: 'filters' | 'latency' | 'bulk' | 'triggers' | 'polling'
  readonly filters: number
  readonly subscribers: number
  readonly kind: 'value' | 'range'
  readonly feed: 'triggers' | 'replication'
  /** Rows that are inserted. */
  readonly rows: number
}

/** What it came to. What does not apply is left out. */
export interface DatabaseRun extends DatabaseCase {
  /** CPU of the database and of the node for each row, in microseconds. */
  readonly databaseMicros?: number
  readonly nodeMicros?: number
  /** Deliveries that the node handed over. */
  readonly delivered?: number
  /** The same rows into a table without triggers. */
  readonly plainMicros?: number
  /** From before the insert to the client, in milliseconds. */
  readonly p50?: number
  readonly p99?: number
  readonly seconds?: number
  readonly plainSeconds?: number
  /** Resident memory of the node, before and at its highest, in megabytes. */
  readonly memoryBefore?: number
  readonly memoryPeak?: number
}

interface Said {
  readonly cpuMicros: number
  readonly delivered: number
  readonly peakBytes: number
}

/** Measures one case on a server of its own. */
export async function measureDatabase(one: DatabaseCase): Promise<DatabaseRun> {
  const server = await startPostgres()
  const pool = new Pool({ connectionString: server.url(), max: 4 })
  let child: ChildProcess | undefined
  try {
    await pool.query(createItems)
    const node = one.what === 'polling' ? undefined : await startHub(server.url(), one)
    child = node?.child
    return { ...one, ...(await how[one.what](one, { server, pool, node })) }
  } finally {
    child?.kill('SIGKILL')
    await pool.end()
    await server.end()
  }
}

interface Node {
  readonly child: ChildProcess
  readonly port: number
  ask(): Promise<Said>
}

async function startHub(url: string, { filters, subscribers, kind, feed }: DatabaseCase): Promise<Node> {
  const file = fileURLToPath(new URL('one-hub.ts', import.meta.url))
  const child = fork(file, [url, String(filters), String(subscribers), kind, feed], { execArgv: ['--import', 'tsx'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    child,
    port,
    async ask() {
      child.send({})
      const [said] = (await once(child, 'message')) as [Said]
      return said
    },
  }
}

interface Parts {
  readonly server: PostgresServer
  readonly pool: Pool
  readonly node: Node | undefined
}

type Measured = Omit<DatabaseRun, keyof DatabaseCase>

const insert = (name: string) => `insert into ${name} values ($1, $2, $3, $4)`
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** One row in each transaction, one after the other. */
async function insertRows(pool: Pool, name: string, from: number, rows: number, teams: number): Promise<void> {
  for (let id = from; id < from + rows; id++)
    await pool.query(insert(name), [id, `team-${id % teams}`, id % teams, performance.now()])
}

/** Until nothing comes any more. */
async function settled(node: Node): Promise<Said> {
  for (let before = await node.ask(); ; ) {
    await pause(300)
    const now = await node.ask()
    if (now.delivered === before.delivered) return now
    before = now
  }
}

const how: Readonly<Record<DatabaseCase['what'], (one: DatabaseCase, parts: Parts) => Promise<Measured>>> = {
  async filters({ filters, rows }, { server, pool, node }) {
    if (!node) throw new Error('This case needs a node.')
    await insertRows(pool, 'items', 0, 200, filters)
    const [before, cpu] = [await settled(node), serverCpu(server.data)]
    await insertRows(pool, 'items', 200, rows, filters)
    const after = await settled(node)
    return {
      databaseMicros: ((serverCpu(server.data) - cpu) * 1e6) / rows,
      nodeMicros: (after.cpuMicros - before.cpuMicros) / rows,
      delivered: after.delivered - before.delivered,
    }
  },

  async latency({ rows }, { pool, node }) {
    const answer = await fetch(`http://127.0.0.1:${node?.port}/baro/channels/rows:public.items:all?live=sse`)
    const waits: number[] = []
    const reading = (async () => {
      let text = ''
      for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(bytes).toString()
        for (const [, sent] of text.matchAll(/"sent":([\d.]+)/g)) waits.push(performance.now() - Number(sent))
        text = text.slice(text.lastIndexOf('\n'))
        if (waits.length >= rows) return
      }
    })()
    await pause(500)
    for (let id = 0; id < rows; id++) {
      void pool.query(insert('items'), [id, 'team-0', 0, performance.now()])
      await pause(10)
    }
    await reading
    const sorted = waits.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
    return { p50: at(0.5), p99: at(0.99) }
  },

  async bulk({ rows }, { pool, node }) {
    if (!node) throw new Error('This case needs a node.')
    const { peakBytes: memoryBefore } = await node.ask()
    const fill = (name: string) =>
      pool.query(`insert into ${name} select n, 'team-0', 0, 0 from generate_series(1, ${rows}) n`)
    const began = performance.now()
    await fill('items')
    const inserted = performance.now()
    await fill('plain')
    const plain = performance.now()
    const { peakBytes } = await settledFeed(pool, node)
    return {
      seconds: (inserted - began) / 1_000,
      plainSeconds: (plain - inserted) / 1_000,
      memoryBefore: memoryBefore / 2 ** 20,
      memoryPeak: peakBytes / 2 ** 20,
    }
  },

  async triggers({ rows }, { server, pool }) {
    const cost = async (name: string) => {
      await insertRows(pool, name, 0, 200, 1)
      const cpu = serverCpu(server.data)
      await insertRows(pool, name, 200, rows, 1)
      return ((serverCpu(server.data) - cpu) * 1e6) / rows
    }
    const plainMicros = await cost('plain')
    return { plainMicros, databaseMicros: await cost('items') }
  },

  async polling({ filters, rows }, { server, pool }) {
    await pool.query(`create index on items (team)`)
    await pool.query(`insert into items select n, 'team-' || n % ${filters}, 0, 0 from generate_series(1, 10000) n`)
    const cpu = serverCpu(server.data)
    // A second of it: each filter is asked once while so many rows come.
    for (let filter = 0; filter < filters; filter++)
      await pool.query('select * from items where team = $1 order by id', [`team-${filter}`])
    return { databaseMicros: ((serverCpu(server.data) - cpu) * 1e6) / rows }
  },
}

/** Until all of it was fed: the log is empty, or the slot has come as far as the server. */
async function settledFeed(pool: Pool, node: Node): Promise<Said> {
  await pool.query("select pg_logical_emit_message(true, 'measured', '')")
  const { rows: places } = await pool.query('select pg_current_wal_lsn()::text as place')
  let peakBytes = 0
  for (;;) {
    const said = await node.ask()
    peakBytes = Math.max(peakBytes, said.peakBytes)
    const { rows } = await pool.query(
      'select exists (select from baro.log) or exists (select from pg_replication_slots where confirmed_flush_lsn < $1) as waits',
      [places[0].place],
    )
    if (!rows[0].waits) return { ...said, peakBytes }
    await pause(200)
  }
}
