import { connect, createServer, type Socket } from 'node:net'
import type { SeededRandomness } from '@baro/testing'

/** What clients see of all nodes: each connection comes to any of them. Nothing is sticky. */
export interface Front {
  readonly port: number
  /** Ends some of the connections, so that their clients come back to another node. Returns how many. */
  endSome(share: number): number
  close(): void
}

/** Opens it before nodes at these ports. */
export async function createFront(ports: readonly number[], randomness: SeededRandomness): Promise<Front> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const far = connect(randomness.pick(ports), '127.0.0.1')
    open.add(socket)
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      one.setNoDelay(true)
      one.on('error', () => {})
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    endSome(share) {
      const some = [...open].filter(() => randomness.chance(share))
      for (const socket of some) socket.destroy()
      return some.length
    },
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
