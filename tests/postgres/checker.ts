/**
 * `npm run postgres:checker -- CHANGES`: the checker of `packages/postgres/test/checker`, on a server of its own. `--wrap`: one
 * whose 32 bits of transaction ids run out meanwhile. `--embedded`: on the database that is in the process of its node.
 * `--replication`: by the server's own log, whose link is cut too. `--by-place` with it: places in that log are compared in place
 * of the visibility rule, which it must find. `--seed=N` repeats the chances of a run, as far as the machine allows.
 * `--readers=N`: fewer than sixty, for a machine that is busy.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { startPostgres } from './postgres-server.ts'
import { bringToWrap } from './wrap.ts'

const changes = process.argv[2] ?? '1000000'
const asked = process.argv.slice(3)
if (asked.includes('--embedded')) {
  const folder = mkdtempSync(join(tmpdir(), 'baro-checked-'))
  await check(`embedded:${folder}`)
  rmSync(folder, { recursive: true, force: true })
} else {
  const server = await startPostgres()
  try {
    // A tenth of the way: a transaction changes about three rows.
    if (asked.includes('--wrap')) await bringToWrap(server, Math.ceil(Number(changes) / 30))
    await check(server.url())
    const pool = new Pool({ connectionString: server.url() })
    const { rows } = await pool.query('select pg_current_xact_id()::text as xid')
    console.log(`The last transaction was ${rows[0].xid}, which is 2^32 ${BigInt(rows[0].xid) - 2n ** 32n}.`)
    await pool.end()
  } finally {
    await server.end()
  }
}

async function check(url: string): Promise<void> {
  const options = [
    `--changes=${changes}`,
    `--rule=${asked.includes('--by-place') ? 'log' : 'visibility'}`,
    `--feed=${asked.includes('--replication') ? 'replication' : 'triggers'}`,
    ...asked.filter((one) => /^--(seed|readers)=\d+$/.test(one)),
  ]
  const main = 'packages/postgres/test/checker/main.ts'
  const checker = spawn(process.execPath, ['--conditions=baro-source', '--import', 'tsx', main, url, ...options], {
    stdio: 'inherit',
  })
  const [code] = (await once(checker, 'exit')) as [number | null]
  process.exitCode = code ?? 1
}
