/**
 * A hub on a database, in a process of its own: `one-hub.ts URL FILTERS SUBSCRIBERS KIND FEED`. It says where it listens once all
 * follow, and answers each question with what it has used and delivered so far.
 */
import { createDatabase } from '@baro/postgres'
import { createHub } from '@baro/server'
import { Pool } from 'pg'
import { items } from './items.ts'

const [url = '', filters = '1', subscribers = '1', kind = 'value', feed] = process.argv.slice(2)
const pool = new Pool({ connectionString: url, max: 20 })
const hub = createHub({
  channels: [items],
  database: createDatabase(pool, { feed: feed === 'replication' ? feed : 'triggers' }),
  limits: { timesPerAddress: Number.POSITIVE_INFINITY, maxConnectionsPerAddress: Number.POSITIVE_INFINITY },
  log: { info() {}, warn: (_, text) => console.error(text), error: (_, text) => console.error(text) },
})
hub.on(items, { access: 'public' })

let delivered = 0
let resets = 0
const referenceOf = (number: number) =>
  kind === 'range' ? items({ amount: { gte: number, lt: number + 1 } }) : items({ team: `team-${number}` })
const open = hub.open()
const distinct = Math.min(Number(filters), Number(subscribers))
for (let number = 0; number < Number(subscribers); number++) {
  const participant = number < 100 ? open : hub.open()
  const reference = referenceOf(number % distinct)
  const snapshot = number < 1 ? await hub.snapshot(reference) : undefined
  participant.follow(reference, snapshot?.position ?? 'now', {
    delivered: ({ publications }) => {
      delivered += publications.length
    },
    reset: () => {
      resets++
    },
    failed: (error) => console.error(error.message),
  })
}
// All of them have asked where they stand when this is answered.
for (let number = 0; number < distinct; number += 1_000) await hub.snapshot(referenceOf(number))
const { port } = await hub.listen(0, '127.0.0.1')
let peak = 0
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 20).unref()
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMicros: user + system, delivered, resets, peakBytes: Math.max(peak, process.memoryUsage.rss()) })
  peak = 0
})
process.send?.({ port })
