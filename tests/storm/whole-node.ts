/** A node of the storm over three, a process of its own: `whole-node.ts PORT REDIS POSTGRES`. SIGTERM lets it stop in order. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { jwt } from '@baro/jwt'
import { createDatabase } from '@baro/postgres'
import { createRedisBroker, createRedisPageStore } from '@baro/redis'
import { createHub } from '@baro/server'
import { mount as mountSocketIo } from '@baro/socket.io'
import { mount as mountSupabase } from '@baro/supabase'
import { Pool } from 'pg'
import { counter, room, stock } from './channels.ts'
import { letSpeak } from './speaking.ts'
import { secret } from './tokens.ts'

const [port = '0', redis = '', postgres = ''] = process.argv.slice(2)
const log = { info: () => {}, warn: () => {}, error: () => {} }
const pool = new Pool({ connectionString: postgres })
pool.on('error', () => {})
const hub = createHub({
  channels: [room, counter, stock],
  auth: jwt({ algorithms: ['HS256'], secret, toleranceMs: 0 }),
  broker: await onceThere(() => createRedisBroker({ url: redis, waitMs: 2_000, compareMs: 1_000, log })),
  pageStore: await onceThere(() => createRedisPageStore({ url: redis, log })),
  database: createDatabase(pool, { feed: 'triggers' }),
  limits: { timesPerAddress: Number.POSITIVE_INFINITY },
  development: false,
  log,
})
hub.on(room, {
  access: ({ user }) => user !== undefined,
  events: { said: ({ payload, user, publish }) => publish('said', { ...payload, by: user?.id ?? '' }) },
})
hub.on(counter, { access: 'public', events: { counted: ({ payload, publish }) => publish('counted', payload) } })
hub.on(stock, { access: 'public' })
mountSocketIo(hub, letSpeak, { member: () => ({ rung: 'socket.io' }) })
mountSupabase(hub)

const pages = hub.pages(
  async (_request, response) => {
    const { value } = await hub.snapshot(counter({ id: 1 }))
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<p data-last="${value.last}">${value.count}</p>`)
  },
  { policy: { maxAge: '1h', minInterval: 200 }, cookies: [] },
)
const server = createServer(pages)
hub.attach(server)
server.listen(Number(port), '127.0.0.1')
await once(server, 'listening')
process.once('SIGTERM', async () => {
  server.close()
  await hub.drain({ spreadMs: 200, timeoutMs: 1_000 })
  await hub.close()
  process.exit(0)
})
console.log('ready')

/** Redis may be away at the moment. */
async function onceThere<Made>(make: () => Promise<Made>): Promise<Made> {
  for (;;)
    try {
      return await make()
    } catch (error) {
      if ((error as { code?: string }).code !== 'unavailable') throw error
    }
}
