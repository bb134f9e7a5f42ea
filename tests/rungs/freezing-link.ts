import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** A TCP link to a server. Connections that are open when it freezes stay open, and carry nothing any more. */
export interface FreezingLink {
  readonly origin: string
  freeze(): void
  close(): Promise<void>
}

/** Opens the link in front of a local port. */
export async function createFreezingLink(port: number): Promise<FreezingLink> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((client) => {
    const pair = [client, connect(port, '127.0.0.1')] as const
    const [, target] = pair
    pairs.add(pair)
    const cut = () => {
      pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const socket of pair) socket.on('error', cut).on('close', cut)
    client.pipe(target).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze() {
      for (const pair of pairs)
        for (const socket of pair) {
          socket.unpipe()
          socket.pause()
        }
    },
    close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
