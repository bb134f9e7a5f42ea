/**
 * `npm run postgres:doctor -- URL [TABLE…]`: whether a hub can feed by replication from this database, and the statement to run
 * for each thing that stands in the way. It changes nothing. Exits with 1 if it has found something.
 */
import { examineDatabase } from '@baro/postgres'
import { Pool } from 'pg'

const [url, ...tables] = process.argv.slice(2)
if (url === undefined) {
  console.error('Say which database: npm run postgres:doctor -- postgres://user@host/database public.products')
  process.exit(2)
}
const pool = new Pool({ connectionString: url, max: 1 })
try {
  const { findings, slots } = await examineDatabase(pool, tables)
  for (const { what, run } of findings) console.log(`✗ ${what}\n    ${run}`)
  for (const { name, isActive, keptBytes } of slots)
    console.log(
      `· slot ${name}: ${isActive ? 'read' : 'not read'}, ${Math.round(keptBytes / 1_024)} KiB of the log kept`,
    )
  const count = findings.length === 1 ? '1 finding.' : `${findings.length} findings.`
  console.log(findings.length === 0 ? '✓ A hub can feed by replication from this database.' : count)
  process.exitCode = findings.length === 0 ? 0 : 1
} catch (error) {
  console.error(`The database cannot be asked: ${(error as Error).message}`)
  process.exitCode = 2
} finally {
  await pool.end()
}
