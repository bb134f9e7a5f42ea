import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP link between a browser and a server that a test can cut. */
export interface CuttableLink {
  readonly url: string
  /** Drops all connections and refuses new ones. */
  cut(): void
  /** Lets nothing pass any more, and closes nothing: as if a cable were pulled out. */
  swallow(): void
  /** Lets connections through again. What was swallowed is broken: the other end has forgotten it. */
  mend(): void
  close(): void
}

/** Makes a link to a port of this machine. */
export async function createLink(targetPort: number): Promise<CuttableLink> {
  const sockets = new Set<Socket>()
  let isCut = false
  let isSwallowing = false
  /** Of each connection: how nothing passes through it any more. */
  const deafen = new Set<() => void>()
  const server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    if (isSwallowing) {
      sockets.add(near)
      near.on('error', () => {}).resume()
      return
    }
    const far = connect(targetPort, 'localhost')
    near.pipe(far).pipe(near)
    deafen.add(() => {
      near.unpipe(far)
      far.unpipe(near)
      near.removeAllListeners('close').resume()
      far.removeAllListeners('close').resume()
    })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
  })
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true
      drop()
    },
    swallow() {
      isSwallowing = true
      for (const each of deafen) each()
      deafen.clear()
    },
    mend() {
      if (isSwallowing) drop()
      isCut = false
      isSwallowing = false
    },
    close() {
      drop()
      server.close()
    },
  }
}
