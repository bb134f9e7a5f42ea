/**
 * `npm run postgres:doctor -- URL [TABLE…]`: whether a hub can feed by replication from this database, and the statement to run
 * for each thing that stands in the way. It changes nothing. Exits with 1 if it has found something.
 */
import { Client } from 'pg'
import { readDatabaseFacts } from '../packages/postgres/src/doctor/database-facts.ts'
import { findingsOf } from '../packages/postgres/src/doctor/findings.ts'

const [url, ...tables] = process.argv.slice(2)
if (url === undefined) {
  console.error('Say which database: npm run postgres:doctor -- postgres://user@host/database public.products')
  process.exit(2)
}
const client = new Client({ connectionString: url })
try {
  await client.connect()
  const database = {
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      (await client.query(sql, [...values])).rows as readonly Row[],
  }
  const facts = await readDatabaseFacts(database, tables)
  const findings = findingsOf(facts)
  for (const { what, run } of findings) console.log(`✗ ${what}\n    ${run}`)
  for (const { name, isActive, keptBytes } of facts.slots)
    console.log(
      `· slot ${name}: ${isActive ? 'read' : 'not read'}, ${Math.round(keptBytes / 1_024)} KiB of the log kept`,
    )
  console.log(
    findings.length === 0
      ? '✓ A hub can feed by replication from this database.'
      : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}.`,
  )
  process.exitCode = findings.length === 0 ? 0 : 1
} catch (error) {
  console.error(`The database cannot be asked: ${(error as Error).message}`)
  process.exitCode = 2
} finally {
  await client.end().catch(() => {})
}
