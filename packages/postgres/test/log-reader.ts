/**
 * Reads the log of a server as the feed does, for the bench: `log-reader.ts URL ROWS`. It says when it reads, and after so many
 * rows what each of them cost. The first fifth of them is to warm up.
 */
import { systemClock } from '@baro/core/broker'
import { Pool } from 'pg'
import { pgDriver } from '../src/driver/pg-driver.ts'
import { Acknowledgement } from '../src/replication/acknowledgement.ts'
import { StepQueue } from '../src/replication/step-queue.ts'
import { StreamReader } from '../src/replication/stream-reader.ts'

const [url = '', rows = '0'] = process.argv.slice(2)
const [all, first] = [Number(rows), Number(rows) / 5]
const link = await pgDriver(new Pool({ connectionString: url })).replicate?.((error) => {
  throw error
})
if (!link) throw new Error('The driver has no replication.')
const reader = new StreamReader(1n)
const queue = new StepQueue({ clock: systemClock, pause: () => link.pause(), resume: () => link.resume() })
let count = 0
let before = process.cpuUsage()
const acknowledgement = new Acknowledgement({ clock: systemClock, send: (frame) => link.send(frame) })
await link.query('CREATE_REPLICATION_SLOT measured TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT')
link.stream(
  "START_REPLICATION SLOT measured LOGICAL 0/0 (proto_version '1', publication_names 'measured')",
  (bytes) => {
    for (const read of reader.read(bytes)) queue.push(read)
    for (let step = queue.take(); step; step = queue.take()) {
      if (step.kind === 'commit') acknowledgement.upTo(step.end)
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
