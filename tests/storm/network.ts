/** A bad network between the clients of the storm and their server: a door for each client. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** The way of one client to the server. */
export interface Door {
  readonly url: string
  /** Nothing passes any more, in no direction, and nobody is told. For good. */
  swallow(): void
}

/** What the weather does to connections. `which` is a fraction of those that are open. */
export interface Network {
  door(): Promise<Door>
  cut(which: number): void
  cutAll(): void
  /** Nothing passes until `flow`. */
  stall(which: number): void
  stallAll(): void
  flow(): void
  /** Cut once so many bytes more have come from the server, wherever that is in a message. */
  truncate(which: number, bytes: number): void
  /** Whether new connections are refused. */
  isRefusing: boolean
  close(): void
}

interface Connection {
  readonly ends: readonly [near: Socket, far: Socket]
  /** Bytes from the server that may still pass. */
  left: number
  isSwallowed: boolean
}

/** Makes a network in front of a port of this machine. */
export function createNetwork(portOf: () => number): Network {
  const open = new Set<Connection>()
  const servers: Server[] = []
  const cut = ({ ends }: Connection) => {
    for (const end of ends) end.destroy()
  }
  const stall = ({ ends }: Connection) => {
    for (const end of ends) end.pause()
  }
  const at = (which: number): readonly Connection[] => {
    const all = [...open].filter(({ isSwallowed }) => !isSwallowed)
    return all.slice(Math.floor(which * all.length)).slice(0, 1)
  }

  function join(near: Socket, isSwallowed: boolean): Connection {
    const far = connect(portOf(), '127.0.0.1')
    const connection: Connection = { ends: [near, far], left: Number.POSITIVE_INFINITY, isSwallowed }
    const pass = (from: Socket, to: Socket, isFromServer: boolean) => {
      from.on('data', (chunk: Buffer) => {
        if (connection.isSwallowed) return
        const passing = isFromServer ? chunk.subarray(0, connection.left) : chunk
        if (isFromServer) connection.left -= passing.length
        if (!to.write(passing)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
        if (connection.left === 0) cut(connection)
      })
      from.on('end', () => connection.isSwallowed || to.end())
      from.on('error', () => {})
      from.on('close', () => {
        if (connection.isSwallowed) return
        open.delete(connection)
        to.destroy()
      })
    }
    pass(near, far, false)
    pass(far, near, true)
    open.add(connection)
    return connection
  }

  const network: Network = {
    isRefusing: false,
    async door() {
      const through: Connection[] = []
      let isSwallowing = false
      const server = createServer((near) => {
        if (network.isRefusing) near.resetAndDestroy()
        else through.push(join(near, isSwallowing))
      })
      servers.push(server)
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        swallow() {
          isSwallowing = true
          for (const connection of through) connection.isSwallowed = true
        },
      }
    },
    cut: (which) => at(which).forEach(cut),
    cutAll: () => open.forEach(cut),
    stall: (which) => at(which).forEach(stall),
    stallAll: () => open.forEach(stall),
    flow() {
      for (const { ends } of open) for (const end of ends) end.resume()
    },
    truncate(which, bytes) {
      for (const connection of at(which)) connection.left = bytes
    },
    close() {
      for (const server of servers) server.close()
      open.forEach(cut)
    },
  }
  return network
}
