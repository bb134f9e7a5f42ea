/** A chat server as it is run: tokens, presence, a broker on disk. Tells its parent where it listens, and what it did with its time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDiskBroker } from '@baro/disk'
import { jwt } from '@baro/jwt'
import { createHub } from '@baro/server'
import { startProfile } from './profile.ts'
import { room, secret } from './rooms.ts'

const folder = mkdtempSync(join(tmpdir(), 'baro-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('SIGTERM', () => process.exit())

const hub = createHub({
  channels: [room],
  auth: jwt({ algorithms: ['HS256'], secret }),
  broker: await createDiskBroker({ folder }),
  // All come from one address here.
  limits: { timesPerAddress: Number.POSITIVE_INFINITY, maxConnectionsPerAddress: Number.POSITIVE_INFINITY },
  log: { info() {}, warn: console.warn, error: console.error },
})
hub.on(room, {
  access: ({ user }) => user !== undefined,
  events: { message: ({ payload, publish }) => publish('message', payload) },
  signals: { typing: ({ user, payload, signal }) => signal('typing', payload, { key: user?.id }) },
})
const { port } = await hub.listen(0, '127.0.0.1')

let stop: Awaited<ReturnType<typeof startProfile>> | undefined
process.on('message', async (order: 'start' | 'stop') => {
  if (order === 'start') {
    stop = await startProfile()
    process.send?.({})
  } else process.send?.({ ...(await stop?.()), memoryMb: process.memoryUsage().rss / (1 << 20) })
})
process.send?.({ port })
