/** One node: `node.ts PORT URL`, or more URLs for a cluster. Ends with SIGKILL, or gives way with SIGTERM. */
import { createRedisBroker } from '@baro/redis'
import { createHub } from '@baro/server'
import { room } from './chain.ts'

const [port, ...urls] = process.argv.slice(2)
const log = { info: () => {}, warn: () => {}, error: () => {} }
const broker = await startBroker()
const hub = createHub({ channels: [room], broker, log, limits: { timesPerAddress: Number.POSITIVE_INFINITY } })
hub.on(room, { access: 'public', events: { say: ({ payload, publish }) => publish('said', payload) } })
const listening = await hub.listen(Number(port), '127.0.0.1')
console.log('ready')
process.once('SIGTERM', async () => {
  await hub.drain({ spreadMs: 500 })
  await listening.close()
  await hub.close()
  process.exit(0)
})

/** Redis may be away, or full, at the moment. */
async function startBroker() {
  const place = urls.length > 1 ? { cluster: urls } : { url: urls[0] ?? '' }
  for (;;)
    try {
      return await createRedisBroker({ ...place, waitMs: 2_000, compareMs: 1_000, log })
    } catch (error) {
      if ((error as { code?: string }).code !== 'unavailable') throw error
    }
}
