/** The server of the storm, a process of its own: `server.ts FOLDER PORT`. SIGTERM lets it stop in order. */
import { createDiskBroker } from '@baro/disk'
import { jwt } from '@baro/jwt'
import { createHub } from '@baro/server'
import { mount } from '@baro/socket.io'
import { room } from './channels.ts'
import { letSpeak } from './speaking.ts'
import { secret } from './tokens.ts'

const [folder = '', port = '0'] = process.argv.slice(2)
const broker = await createDiskBroker({ folder, maxBytes: 1 << 30 })
const auth = jwt({ algorithms: ['HS256'], secret, toleranceMs: 0 })
const hub = createHub({ channels: [room], auth, broker })
hub.on(room, {
  access: ({ user }) => user !== undefined,
  events: { said: ({ payload, user, publish }) => publish('said', { ...payload, by: user?.id ?? '' }) },
})
mount(hub, letSpeak, { member: () => ({ rung: 'socket.io' }) })
const listening = await hub.listen(Number(port), '127.0.0.1')
process.once('SIGTERM', async () => {
  await hub.drain({ spreadMs: 200, timeoutMs: 1_000 })
  await listening.close()
  await hub.close()
  await broker.close()
  process.exit(0)
})
console.log(`at ${listening.port}`)
