/**
 * Reads the log of a server as the feed does, for the bench: `log-reader.ts URL ROWS`. It says when it reads, and after so many
 * rows what each of them cost. The first fifth of them is to warm up.
 */
import { Pool } from 'pg'
import { pgDriver } from '../src/driver/pg-driver.ts'
import { statusFrame } from '../src/replication/replication-frame.ts'
import { StreamReader } from '../src/replication/stream-reader.ts'

const [url = '', rows = '0'] = process.argv.slice(2)
const [all, first] = [Number(rows), Number(rows) / 5]
const link = await pgDriver(new Pool({ connectionString: url })).replicate?.((error) => {
  throw error
})
if (!link) throw new Error('The driver has no replication.')
const reader = new StreamReader(1n)
let count = 0
let before = process.cpuUsage()
await link.query('CREATE_REPLICATION_SLOT measured TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT')
link.stream(
  "START_REPLICATION SLOT measured LOGICAL 0/0 (proto_version '1', publication_names 'measured')",
  (bytes) => {
    for (const step of reader.read(bytes)) {
      // As often as the feed does when each transaction comes alone.
      if (step.kind === 'commit') link.send(statusFrame(step.end))
      if (step.kind !== 'change') continue
      count++
      if (count === first) before = process.cpuUsage()
      if (count !== all) continue
      const { user, system } = process.cpuUsage(before)
      process.send?.({ micros: (user + system) / (all - first) })
    }
  },
)
process.send?.({ micros: 0 })
