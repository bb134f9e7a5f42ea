/** One server that keeps everything on disk, and is killed, frozen and started again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createDiskBroker } from '@baro/disk'
import { everybody } from './channels.ts'
import type { Ground } from './ground.ts'
import type { Role } from './person.ts'
import { rungs, sdkRole } from './sdk-person.ts'
import { startServer } from './server-process.ts'
import { socketIoRole } from './socket-io-person.ts'
import type { Kept } from './verdict.ts'
import type { Danger } from './weather.ts'

/** What may befall it. */
export const dangers: readonly Danger[] = [
  { name: 'freeze', weight: 3, ms: [200, 6_000] },
  { name: 'kill', weight: 3, ms: [0, 1_500] },
  { name: 'restart', weight: 1, ms: [0, 500] },
]

/** Starts it. */
export async function oneServer(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'baro-storm-'))
  const server = await startServer(folder)
  return {
    get port() {
      return server.port
    },
    cast: cast(),
    dangers,
    async befall(danger, _which, ms) {
      if (danger === 'freeze') {
        server.freeze()
        await wait(ms)
        return server.thaw()
      }
      await (danger === 'kill' ? server.kill() : server.stop())
      await wait(ms)
      await server.start()
    },
    async readRoom() {
      await server.stop()
      const broker = await createDiskBroker({ folder, maxBytes: 1 << 30 })
      const { publications } = await broker.read(everybody.channel, { limit: 10_000_000, bytes: 1 << 30 })
      await broker.close()
      return publications.map(({ payload }) => payload as unknown as Kept)
    },
    async end() {
      server.thaw()
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Four on each rung, three of them with Socket.IO. */
function cast(): readonly Role[] {
  const viaSocketIo = ['websocket', 'websocket', 'long-poll']
  return rungs.flatMap((rung) => {
    const others = viaSocketIo.filter((one) => one === rung)
    return [
      ...Array.from({ length: 4 - others.length }, () => sdkRole(rung)),
      ...others.map((one) => socketIoRole(one === 'websocket' ? 'websocket' : 'polling')),
    ]
  })
}
